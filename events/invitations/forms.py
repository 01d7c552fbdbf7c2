"""Forms of invitations."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.form_parts import AddressField, RowForm
from events.members.forms import RoleField
from events.models import Role


class InviteForm(RowForm):
    """Whom to invite, by address or user name, and to which role."""

    columns = ("username", "role")

    username = forms.CharField(
        label=_("Email or user name"),
        max_length=254,
        widget=forms.TextInput(
            {"dir": "auto", "autocomplete": "off", "autocapitalize": "none"}
        ),
        help_text=_("A user name only if they have an account here already."),
    )

    def __init__(self, *args: Any, roles: Sequence[Role], **kwargs: Any) -> None:
        usual = Role.ORGANIZER if Role.ORGANIZER in roles else Role.VIEWER
        super().__init__(*args, initial={"role": usual}, **kwargs)
        self.fields["role"] = RoleField(
            choices=[(role.value, role.label) for role in roles]
        )

    @property
    def is_address(self) -> bool:
        """Whether an address was typed."""
        return "@" in self.cleaned_data["username"]

    def clean_username(self) -> str:
        """Check what looks like an address as one."""
        typed: str = self.cleaned_data["username"]
        return AddressField().clean(typed) if "@" in typed else typed
