"""Forms of invitations."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.form_parts import AddressField, RowForm
from events.models import Role


class InviteForm(RowForm):
    """An address, and the role to which it is invited."""

    columns = ("email", "role")

    email = AddressField(label=_("Email"), required=True)
    role = forms.ChoiceField(label=_("Role"))

    def __init__(self, *args: Any, roles: Sequence[Role], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["role"]
        field.choices = [(role.value, role.label) for role in roles]
