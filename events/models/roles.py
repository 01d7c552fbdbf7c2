"""The roles of an organization: which is more, and who may give and take which."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """A member's role in an organization, the most powerful first."""

    OWNER = "owner", _("owner")
    ADMIN = "admin", _("admin")
    ORGANIZER = "organizer", _("organizer")
    VIEWER = "viewer", _("viewer")


ADMINS = (Role.OWNER, Role.ADMIN)
ORGANIZERS = (Role.OWNER, Role.ADMIN, Role.ORGANIZER)
# Who may invite to a role. Admins and owners also change and remove who has it.
GIVEN_BY = {
    Role.VIEWER: ORGANIZERS,
    Role.ORGANIZER: ADMINS,
    Role.ADMIN: ADMINS,
    Role.OWNER: (Role.OWNER,),
}


def rank_of(role: str) -> int:
    """Return how powerful a role is: the higher the more."""
    return -Role.values.index(role)
