from django import forms
from django.utils.translation import gettext_lazy as _

from core.form_parts import RowForm


class MailsForm(RowForm):
    """Whether the account is asked by mail."""

    columns = ("wants_prompts",)

    wants_prompts = forms.BooleanField(
        label=_("Ask me by mail after events"),
        help_text=_("Without mails you are asked here, in your notifications."),
        required=False,
    )
