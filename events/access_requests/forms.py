"""The form with which a superuser lets somebody in who asked for access."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.form_parts import RowForm
from events.members.forms import RoleField
from events.models import Organization, Role


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
        choice.choices = [(each.pk, each.name) for each in organizations]

    @property
    def chosen(self) -> Organization:
        """The organization that was chosen in a valid form."""
        return self._by_id[self.cleaned_data["organization"]]
