"""An event as its page shows it: when it is, its sessions, its roster.

Who may read the roster sees everybody; an attendee sees the sessions with their own
status alone. All times are the event's.
"""

from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.utils.functional import cached_property

from attendance.overview.home import SessionLine, session_lines
from attendance.report_rows.read_reports import ORDER_OF_PEOPLE
from attendance.wording.phrases import day_and_times
from events.models import (
    EXPECTED,
    Event,
    EventState,
    Participant,
    ParticipantRole,
)
from events.permissions import Viewer
from sessions_app.models import LiveSession

SESSIONS_A_PAGE = 50
PEOPLE_A_PAGE = 200


class Step(StrEnum):
    """What an organizer does next with an event."""

    ADD_PEOPLE = "add_people"
    ADD_SESSION = "add_session"
    PUBLISH = "publish"
    NONE = ""


class EventPage:
    """An event in words; made and rendered under the reader's language."""

    def __init__(
        self,
        event: Event,
        viewer: Viewer,
        *,
        now: datetime,
        sessions_page: str | None = None,
        people_page: str | None = None,
    ) -> None:
        self.event = event
        self._viewer = viewer
        self._now = now
        self._zone = ZoneInfo(event.time_zone)
        self.sessions = self._sessions().get_page(sessions_page)
        self.people = self._people().get_page(people_page)

    # Who reads

    @property
    def may_change(self) -> bool:
        return self._viewer.organizes(self.event.organization_id)

    @property
    def sees_emails(self) -> bool:
        """Members do; hosts see names alone."""
        return self._viewer.belongs_to(self.event.organization_id)

    @cached_property
    def own(self) -> Participant | None:
        """The reader's own place on the roster."""
        return self.event.participants.filter(user=self._viewer.user).first()

    @cached_property
    def is_host(self) -> bool:
        """The event expects the reader as a host."""
        return (
            self.own is not None
            and self.own.role == ParticipantRole.HOST
            and self.own.registration in EXPECTED
        )

    @property
    def sees_roster(self) -> bool:
        return self.sees_emails or self.is_host

    @property
    def may_check_in(self) -> bool:
        """Organizers do, and hosts at sessions; at nothing that is cancelled."""
        if self.is_cancelled:
            return False
        return self.may_change or (self.is_host and bool(self.sessions))

    @property
    def has_decisions(self) -> bool:
        """There is somebody about whom something is, or can be, decided."""
        return bool(self.people.paginator.count or self.own)

    # The event

    @property
    def when(self) -> str:
        """The day, and from when to when."""
        return day_and_times(self.event.starts_at, self.event.end, self._zone)

    @property
    def is_draft(self) -> bool:
        """Nobody has said yet that it will be."""
        return self.event.state == EventState.DRAFT

    @property
    def is_cancelled(self) -> bool:
        """It was called off, with its sessions."""
        return self.event.state == EventState.CANCELLED

    @property
    def may_cancel(self) -> bool:
        """Neither what was cancelled already nor what is over."""
        return self.event.state in (EventState.DRAFT, EventState.SCHEDULED)

    @property
    def next_step(self) -> Step:
        """What is still missing before people can meet."""
        if not self.may_change or self.event.state == EventState.COMPLETED:
            return Step.NONE
        if self.is_cancelled:
            return Step.PUBLISH
        if not self.people.paginator.count:
            return Step.ADD_PEOPLE
        if not self.sessions.paginator.count:
            return Step.ADD_SESSION
        return Step.PUBLISH if self.is_draft else Step.NONE

    # Its sessions

    def _sessions(self) -> "Paginator[LiveSession]":
        sessions = self.event.sessions.select_related(
            "event__organization", "calculation"
        )
        return Paginator(sessions.order_by("-starts_at", "-pk"), SESSIONS_A_PAGE)

    @cached_property
    def lines(self) -> list[SessionLine]:
        """The sessions, newest first."""
        sessions = list(self.sessions)
        zones = dict.fromkeys((s.pk for s in sessions), self.event.time_zone)
        return session_lines(
            sessions, self._viewer.user, self._viewer, zones=zones, now=self._now
        )

    # Its people

    def _people(self) -> "Paginator[Participant]":
        people = self.event.participants.all()
        if not self.sees_roster:
            people = people.none()
        return Paginator(people.order_by(*ORDER_OF_PEOPLE), PEOPLE_A_PAGE)
