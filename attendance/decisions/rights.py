"""Who may decide about whom, where: asked before any service that decides.

Owners, admins and organizers decide about anyone in their organization. The host of an
event decides about its sessions, and not about the event as a whole. Members who are
viewers read; attendees decide nothing here. What somebody may not even see is a 404
(``visible_to``), asked before.

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
        reads_all: Everybody's decisions and their history; else only one's own.
        organizes: Decides about everybody.
        administers: And may override, and undo an override.
        hosts: Decides about the sessions.
    """

    reads_all: bool
    organizes: bool
    administers: bool
    hosts: bool

    @classmethod
    def of(cls, viewer: Viewer, event: Event) -> "Rights":
        """Ask what ``viewer`` is to ``event``."""
        organization = event.organization_id
        organizes = viewer.organizes(organization)
        hosted = Event.objects.hosted_by(viewer.user).filter(pk=event.pk)
        hosts = not organizes and hosted.exists()
        return cls(
            reads_all=hosts or viewer.belongs_to(organization),
            organizes=organizes,
            administers=viewer.administers(organization),
            hosts=hosts,
        )

    @property
    def decides(self) -> bool:
        """Whether there is anything that they may decide."""
        return self.organizes or self.hosts

    def may_mark(self, place: Place) -> bool:
        """Whether they may mark, check in and undo there."""
        return self.organizes or (self.hosts and place.session is not None)

    def must_decide(self) -> None:
        """Raise NotAllowed for whoever decides nothing at all in this event."""
        if not self.decides:
            raise NotAllowed(
                "organizers_and_hosts_only",
                _("Only organizers can do this, and hosts in their own sessions."),
            )

    def must_mark(self, place: Place, *, source: str = MANUAL) -> None:
        """Raise NotAllowed for whoever may not decide there, or not by ``source``."""
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
        """Whether they may take back this change of a decision there."""
        return self.may_mark(place) and (
            self.administers or not _is_of_override(change)
        )

    def must_undo(self, change: AttendanceChange) -> None:
        """Raise NotAllowed for whoever may not take this change back."""
        self.must_mark(Place(change.participant.event, change.session))
        if _is_of_override(change) and not self.administers:
            raise NotAllowed(
                "admins_only",
                _(
                    "Only admins and owners of the organization can undo a locked "
                    "status."
                ),
            )


def _is_of_override(change: AttendanceChange) -> bool:
    return ADMIN_OVERRIDE in (change.source, change.from_source)
