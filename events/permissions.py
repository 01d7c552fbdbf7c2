"""Who may change what; who may see what is in ``visible_to`` of the QuerySets.

What somebody may not see is left out of the QuerySet, so it is a 404. What they may see
but not change is a 403. Roles, each with the rights of the next: owner, admin,
organizer, viewer. People on a roster see themselves; hosts see their roster, without
identities. Superusers have the rights of an owner everywhere.

Source: docs/rules.md 81, 84, 144.
"""

from collections.abc import Collection, Mapping

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request

from core.errors import NotAllowed
from events.models import (
    ADMINS,
    GIVEN_BY,
    ORGANIZERS,
    Membership,
    Organization,
    Role,
    User,
)


class Viewer:
    """A signed-in user with their roles in all organizations, read by one query.

    ``roles`` are keyed by the organization's id. A superuser may do what an owner may,
    also where they have no role.
    """

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

    @property
    def is_superuser(self) -> bool:
        """Whether they have the rights of an owner in every organization."""
        return self.user.is_superuser

    @property
    def belongs_somewhere(self) -> bool:
        """Whether they have a role in some organization, or are a superuser."""
        return self.is_superuser or bool(self.roles)

    @property
    def organizes_somewhere(self) -> bool:
        """Whether there is an organization whose events they may change."""
        return any(map(self.organizes, self.roles)) or (
            self.is_superuser and Organization.objects.exists()
        )

    def organized(self) -> QuerySet[Organization]:
        """Return the organizations whose events they may change."""
        if self.is_superuser:
            return Organization.objects.all()
        return Organization.objects.filter(pk__in=filter(self.organizes, self.roles))

    def belongs_to(self, organization_id: int) -> bool:
        """Return whether they have any role: may see everything except identities."""
        return self.is_superuser or organization_id in self.roles

    def organizes(self, organization_id: int) -> bool:
        """Return whether they may change events and rosters, and see identities."""
        return self._may(organization_id, ORGANIZERS)

    def administers(self, organization_id: int) -> bool:
        """Return whether they may change the organization, its members and policies."""
        return self._may(organization_id, ADMINS)

    def owns(self, organization_id: int) -> bool:
        """Return whether they may delete it, and make and unmake owners."""
        return self._may(organization_id, (Role.OWNER,))

    def roles_to_give(self, organization_id: int) -> list[Role]:
        """Return the roles to which they may invite, the least first."""
        return [
            role
            for role in reversed(Role)
            if self._may(organization_id, GIVEN_BY[role])
        ]

    def may_change(self, member: Membership) -> bool:
        """Return whether they may give a member another role, and remove them."""
        return self.administers(member.organization_id) and self._may(
            member.organization_id, GIVEN_BY[Role(member.role)]
        )

    def _may(self, organization_id: int, roles: Collection[str]) -> bool:
        return self.is_superuser or self.roles.get(organization_id) in roles

    def must_belong_to(self, organization_id: int) -> None:
        """Raise NotAllowed if they have no role there."""
        if not self.belongs_to(organization_id):
            raise NotAllowed(
                "members_only",
                _("Only members of the organization can see this."),
            )

    def must_organize(self, organization_id: int) -> None:
        """Raise NotAllowed if they do not organize there."""
        if not self.organizes(organization_id):
            raise NotAllowed(
                "organizers_only",
                _(
                    "Only organizers, admins and owners of the organization can do "
                    "this."
                ),
            )

    def must_administer(self, organization_id: int) -> None:
        """Raise NotAllowed if they do not administer it."""
        if not self.administers(organization_id):
            raise NotAllowed(
                "admins_only",
                _("Only admins and owners of the organization can do this."),
            )

    def must_give(self, organization_id: int, role: str) -> None:
        """Raise NotAllowed if they may not invite to a role.

        Organizers invite viewers; admins and owners up to their own role.
        """
        self.must_organize(organization_id)
        if role in self.roles_to_give(organization_id):
            return
        self.must_administer(organization_id)
        raise NotAllowed("owners_only", _("Only owners can add and remove owners."))

    def must_change(self, member: Membership) -> None:
        """Raise NotAllowed if they may not change a member's role, or remove them."""
        self.must_administer(member.organization_id)
        self.must_give(member.organization_id, member.role)


def viewer_of(request: Request) -> Viewer:
    """Return the caller; their roles are read once per request."""
    viewer = getattr(request, "viewer", None)
    if not isinstance(viewer, Viewer):
        viewer = Viewer.of(signed_in(request))
        request.viewer = viewer  # type: ignore[attr-defined]
    return viewer


def signed_in(request: Request) -> User:
    """Return the request's user, in views that only signed-in people reach."""
    user = request.user
    if not isinstance(user, User):
        raise TypeError("this view lets anonymous people in")
    return user


def organization_id_of(obj: object) -> int:
    """Return the id of a row's organization: its own, or that of its event."""
    if isinstance(obj, Organization):
        return obj.pk
    if event := getattr(obj, "event", None):
        obj = event
    organization_id = getattr(obj, "organization_id", None)
    if not isinstance(organization_id, int):
        raise TypeError(f"{obj!r} belongs to no organization")
    return organization_id


class OrganizersChange(BasePermission):
    """Lets everyone who may see an object read it, and its organizers change it."""

    def has_object_permission(
        self, request: Request, view: object, obj: object
    ) -> bool:
        """Return True; raise NotAllowed, with its message, if they may not."""
        if request.method not in SAFE_METHODS:
            viewer_of(request).must_organize(organization_id_of(obj))
        return True


class AdminsChange(BasePermission):
    """Lets everyone who may see an object read it, and admins change it."""

    def has_object_permission(
        self, request: Request, view: object, obj: object
    ) -> bool:
        """Return True; raise NotAllowed, with its message, if they may not."""
        if request.method not in SAFE_METHODS:
            viewer_of(request).must_administer(organization_id_of(obj))
        return True
