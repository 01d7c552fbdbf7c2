"""The forms for contesting a decision, and for settling that."""

from django import forms
from django.utils.translation import gettext_lazy as _

from attendance.models import LONGEST_REASON, MARKS
from core.form_parts import ActionForm, RowForm


class ContestForm(RowForm):
    """What is wrong with a decision."""

    text = forms.CharField(
        label=_("What is wrong?"),
        max_length=LONGEST_REASON,
        widget=forms.Textarea({"dir": "auto", "rows": 4}),
    )


class SettleContestForm(ActionForm):
    """Another status, or none, and what the organizer says."""

    status = forms.ChoiceField(
        choices=[("", ""), *MARKS],
        required=False,
        error_messages={"invalid_choice": _("Choose a status.")},
    )
    notes = forms.CharField(
        max_length=LONGEST_REASON,
        required=False,
        error_messages={
            "max_length": _(
                "The answer is too long: at most %(limit_value)d characters."
            )
        },
    )
