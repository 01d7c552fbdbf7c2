"""The forms with which visitors ask for access, and superusers let them in."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.form_parts import AddressField, NameField, RowForm
from events.members.forms import RoleField
from events.models import LONGEST_PURPOSE, Organization, Role


class LetInForm(RowForm):
    """Into which organization somebody is let, and with which role."""

    organization = forms.TypedChoiceField(label=_("Organization"), coerce=int)
    role = RoleField()

    def __init__(
        self, *args: Any, organizations: Sequence[Organization], **kwargs: Any
    ) -> None:
        super().__init__(*args, initial={"role": Role.ORGANIZER}, **kwargs)
        self._by_id = {each.pk: each for each in organizations}
        choice: Any = self.fields["organization"]
        # None is chosen beforehand: a click must not let somebody into the wrong one.
        choice.choices = [("", "—"), *((each.pk, each.name) for each in organizations)]

    @property
    def chosen(self) -> Organization:
        """The organization that was chosen in a valid form."""
        return self._by_id[self.cleaned_data["organization"]]


class AskForAccessForm(RowForm):
    """What somebody without an account asks of the superusers."""

    columns = ("name", "email", "purpose")

    name = NameField(label=_("Your name"))
    email = AddressField(
        label=_("Your email address"),
        required=True,
        widget=forms.EmailInput({"dir": "ltr", "autocomplete": "email"}),
        help_text=_("The answer comes to this address."),
    )
    purpose = forms.CharField(
        label=_("What do you need it for?"),
        max_length=LONGEST_PURPOSE,
        widget=forms.Textarea({"rows": 4, "dir": "auto"}),
    )
