"""Who may do what: the one place, beside the ``visible_to`` of the QuerySets.

What somebody may not see is left out of the QuerySet, so it is a 404. Of what they see,
the rules here say what they may change (403). Roles: owner, admin > organizer > viewer;
people on a roster see themselves; hosts see their roster, without identities.

Source: docs/rules.md 81, 84.
"""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from core.errors import NotAllowed
from events.models import ADMINS, ORGANIZERS, Membership, Organization, Role, User


class Viewer:
    """A signed-in user with all their roles: one query answers every question."""

    def __init__(self, user: User, roles: Mapping[int, str]) -> None:
        self.user = user
        self.roles = roles

    @classmethod
    def of(cls, user: User) -> "Viewer":
        """Read the user's roles."""
        rows = Membership.objects.filter(user=user).values_list(
            "organization_id", "role"
        )
        return cls(user, dict(rows))

    def belongs_to(self, organization_id: int) -> bool:
        """Any role: may read all of the organization, but identities."""
        return organization_id in self.roles

    def organizes(self, organization_id: int) -> bool:
        """May change events, rosters and sessions, and read identities."""
        return self.roles.get(organization_id) in ORGANIZERS

    def administers(self, organization_id: int) -> bool:
        """May change the organization itself, its members and policies."""
        return self.roles.get(organization_id) in ADMINS

    def owns(self, organization_id: int) -> bool:
        """May make and unmake owners."""
        return self.roles.get(organization_id) == Role.OWNER

    def must_organize(self, organization_id: int) -> None:
        """Raise NotAllowed for anybody who does not organize there."""
        if not self.organizes(organization_id):
            raise NotAllowed(
                "organizers_only",
                _(
                    "Only organizers, admins and owners of the organization can do "
                    "this."
                ),
            )

    def must_administer(self, organization_id: int) -> None:
        """Raise NotAllowed for anybody who does not administer it."""
        if not self.administers(organization_id):
            raise NotAllowed(
                "admins_only",
                _("Only admins and owners of the organization can do this."),
            )


def viewer_of(request: Request) -> Viewer:
    """Return who asks, reading their roles once per request."""
    viewer = getattr(request, "viewer", None)
    if not isinstance(viewer, Viewer):
        viewer = Viewer.of(signed_in(request))
        request.viewer = viewer  # type: ignore[attr-defined]
    return viewer


def signed_in(request: Request) -> User:
    """Return the user of a view that only signed-in people reach."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("this view lets anonymous people in")
    return user


def organization_id_of(obj: object) -> int:
    """Return the organization of one of ours: itself, or through its event."""
    if isinstance(obj, Organization):
        return obj.pk
    if event := getattr(obj, "event", None):
        obj = event
    organization_id = getattr(obj, "organization_id", None)
    if not isinstance(organization_id, int):
        raise TypeError(f"{obj!r} belongs to no organization")
    return organization_id


class OrganizersChange(BasePermission):
    """Everyone who sees an object reads it; its organizers change it."""

    def has_object_permission(
        self, request: Request, view: object, obj: object
    ) -> bool:
        """Raise NotAllowed, which says who may."""
        if request.method not in SAFE_METHODS:
            viewer_of(request).must_organize(organization_id_of(obj))
        return True


class AdminsChange(BasePermission):
    """Everyone who sees an object reads it; admins of its organization change it."""

    def has_object_permission(
        self, request: Request, view: object, obj: object
    ) -> bool:
        """Raise NotAllowed, which says who may."""
        if request.method not in SAFE_METHODS:
            viewer_of(request).must_administer(organization_id_of(obj))
        return True
