"""Forms of the members of an organization."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from core.form_parts import RowForm
from events.models import Role
from events.permissions import Viewer


class RoleField(forms.ChoiceField):
    """A role in an organization."""

    def __init__(self, choices: Any = Role.choices) -> None:
        super().__init__(
            label=_("Role"),
            choices=choices,
            help_text=_(
                "Viewers see everything but change nothing. Organizers run events and "
                "decide about attendance. Admins also change settings and members. "
                "Owners also make other owners."
            ),
        )


class _FormWithRole(RowForm):
    """A form with the roles that the viewer may give."""

    role = RoleField()

    def __init__(
        self, *args: Any, viewer: Viewer, organization_id: int, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        given = viewer.roles_to_give(organization_id)
        offered = [(role.value, role.label) for role in Role if role in given]
        self.fields["role"] = RoleField(choices=offered)


class RoleForm(_FormWithRole):
    """The role of a member."""

    columns = ("role",)
