"""Permissions to decide about people; views check them before they call a service.

Owners, admins and organizers decide about everybody in their organization. Hosts of an
event decide about its sessions, but not about course results. Members who are viewers
only read; attendees decide nothing here. What a user may not see at all was answered
with 404 before (``visible_to``).

Source: docs/rules.md 83.
"""

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from attendance.decisions.place import Place
from attendance.models import AttendanceChange
from attendance.rules.precedence import ADMIN_OVERRIDE, MANUAL
from core.errors import NotAllowed
from events.models import Event
from events.permissions import Viewer


@dataclass(frozen=True, slots=True)
class Rights:
    """What one user may do with the decisions of one event.

    Attributes:
        reads_all: May read everybody's decisions and history; else only their own.
        organizes: May decide about sessions and course results.
        administers: May also lock a status, and undo a locked one.
        hosts: May decide about sessions only.
        is_member: Has a role in the organization: may also see its people.
    """

    reads_all: bool
    organizes: bool
    administers: bool
    hosts: bool
    is_member: bool = False

    @classmethod
    def of(cls, viewer: Viewer, event: Event) -> "Rights":
        """Return the rights of ``viewer`` in ``event``."""
        organization = event.organization_id
        organizes = viewer.organizes(organization)
        hosted = Event.objects.hosted_by(viewer.user).filter(pk=event.pk)
        hosts = not organizes and hosted.exists()
        return cls(
            reads_all=hosts or viewer.belongs_to(organization),
            organizes=organizes,
            administers=viewer.administers(organization),
            hosts=hosts,
            is_member=viewer.belongs_to(organization),
        )

    @property
    def decides(self) -> bool:
        """Whether they may decide about anything in this event."""
        return self.organizes or self.hosts

    def may_mark(self, place: Place) -> bool:
        """Return whether they may mark, check in and undo at a place."""
        return self.organizes or (self.hosts and place.session is not None)

    def must_decide(self) -> None:
        """Raise NotAllowed unless they may decide about anything in this event."""
        if not self.decides:
            raise NotAllowed(
                "organizers_and_hosts_only",
                _("Only organizers can do this, and hosts in their own sessions."),
            )

    def must_mark(self, place: Place, *, source: str = MANUAL) -> None:
        """Raise NotAllowed unless they may mark at a place, and with this source."""
        self.must_decide()
        if not self.may_mark(place):
            raise NotAllowed(
                "hosts_mark_sessions",
                _("Hosts mark people in their own sessions only: name the session."),
                field="session",
            )
        if source == ADMIN_OVERRIDE and not self.administers:
            raise NotAllowed(
                "admins_only",
                _("Only admins and owners of the organization can lock a status."),
                field="source",
            )

    def may_undo(self, change: AttendanceChange, place: Place) -> bool:
        """Return whether they may undo a change of a decision at a place."""
        return self.may_mark(place) and (self.administers or not _concerns_lock(change))

    def must_undo(self, change: AttendanceChange) -> None:
        """Raise NotAllowed unless they may undo a change."""
        self.must_mark(Place(change.participant.event, change.session))
        if _concerns_lock(change) and not self.administers:
            raise NotAllowed(
                "admins_only",
                _(
                    "Only admins and owners of the organization can undo a locked "
                    "status."
                ),
            )


def _concerns_lock(change: AttendanceChange) -> bool:
    return ADMIN_OVERRIDE in (change.source, change.from_source)
