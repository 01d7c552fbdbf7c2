"""The page of an event: its time, its sessions, and how many people are on its roster.

Attendees see only their own places, and the sessions with their own statuses.
"""

from collections import Counter
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.paginator import Paginator
from django.db.models import Count
from django.urls import reverse
from django.utils.functional import cached_property

from attendance.models import Feedback, OwnAnswer, Status
from attendance.organization.to_settle import ToSettle, to_settle_of
from attendance.overview.first_session import decided_at
from attendance.overview.home import EventLine, SessionLine, event_line, session_lines
from attendance.wording.phrases import day_and_times
from events.accounts.clocks import zone_of
from events.invitations.on_rosters import number_not_invited
from events.models import (
    EXPECTED,
    Event,
    EventState,
    Organization,
    Participant,
    ParticipantRole,
    Registration,
)
from events.people.lookups import own_places
from events.permissions import Viewer
from events.roster.waiting_list import taken, waiting
from sessions_app import livekit
from sessions_app.models import LiveSession

SESSIONS_A_PAGE = 50
# The page names this many hosts.
HOSTS_AT_MOST = 20


class Step(StrEnum):
    """The next thing for an organizer to do with an event."""

    ADD_PEOPLE = "add_people"
    # Add a session, or check people in at the door of the event.
    CHOOSE_WAY = "choose_way"
    PUBLISH = "publish"
    NONE = ""


class EventPage:
    """The page of an event, in words of the language that is active."""

    def __init__(
        self,
        event: Event,
        viewer: Viewer,
        *,
        now: datetime,
        sessions_page: str | None = None,
    ) -> None:
        self.event = event
        self._viewer = viewer
        self._now = now
        self.zone = ZoneInfo(zone_of(event))
        self.sessions = self._sessions().get_page(sessions_page)

    # Who reads

    @property
    def may_change(self) -> bool:
        return self._viewer.organizes(self.event.organization_id)

    @property
    def sees_emails(self) -> bool:
        """Whether the reader is a member; hosts see only names."""
        return self._viewer.belongs_to(self.event.organization_id)

    @property
    def organizations(self) -> list[Organization]:
        """The organizations whose people the reader may see: this one, or none."""
        return [self.event.organization] if self.sees_emails else []

    @cached_property
    def own(self) -> list[Participant]:
        """The reader's own places on the roster."""
        return own_places(self.event, self._viewer.user.pk)

    @cached_property
    def is_host(self) -> bool:
        """Whether the reader is a host who is expected at the event."""
        return any(
            place.role == ParticipantRole.HOST and place.registration in EXPECTED
            for place in self.own
        )

    @property
    def sees_roster(self) -> bool:
        return self.sees_emails or self.is_host

    @property
    def may_check_in(self) -> bool:
        """Whether the reader may check people in: hosts only if there are sessions."""
        if self.is_cancelled:
            return False
        return self.may_change or (self.is_host and self.has_sessions)

    @property
    def has_decisions(self) -> bool:
        """Whether there is anybody whose decisions the reader may see."""
        return bool(self.people_count or self.own)

    # The event

    @property
    def when(self) -> str:
        return day_and_times(self.event.starts_at, self.event.end, self.zone)

    @property
    def is_draft(self) -> bool:
        return self.event.state == EventState.DRAFT

    @property
    def is_cancelled(self) -> bool:
        return self.event.state == EventState.CANCELLED

    @property
    def is_over(self) -> bool:
        """Whether the event's own end has passed."""
        return self._now >= self.event.end

    @property
    def is_completed_soon(self) -> bool:
        """Whether it has no sessions, and only waits for the next scheduled run."""
        return (
            self.may_change
            and self.at_door is not None
            and self.is_over
            and self.event.state == EventState.SCHEDULED
            and self.event.reopened_at is None
        )

    @property
    def may_cancel(self) -> bool:
        return self.event.state in (EventState.DRAFT, EventState.SCHEDULED)

    @property
    def next_step(self) -> Step:
        """The next step for the reader; none for those who may not change the event."""
        if not self.may_change or self.event.state == EventState.COMPLETED:
            return Step.NONE
        if self.is_cancelled:
            return Step.PUBLISH
        if not self.people_count:
            return Step.ADD_PEOPLE
        if self.at_door and not self.lines and not self.somebody_came:
            return Step.CHOOSE_WAY
        return Step.PUBLISH if self.is_draft else Step.NONE

    # Its public page

    @property
    def public_url(self) -> str:
        """The address of its public page; empty if there is none."""
        if not self.event.is_open_to_all:
            return ""
        return settings.PUBLIC_URL + reverse("public_event", args=[self.event.pk])

    @property
    def taken(self) -> int:
        """The number of places that are taken."""
        return taken(self.event)

    @property
    def waiting(self) -> int:
        """The number of people on the waiting list."""
        return waiting(self.event).count()

    # What people said of it afterwards

    @property
    def tells_answers(self) -> bool:
        """Whether the reader is led to the answers: a member, once it is over."""
        was_held = self.event.state in (EventState.SCHEDULED, EventState.COMPLETED)
        return self.sees_emails and was_held and self.is_over

    @cached_property
    def number_who_said(self) -> int:
        """How many have said whether they attended."""
        said = OwnAnswer.objects.filter(
            participant__event=self.event, participant__only_looked=False
        )
        return said.order_by().values("participant").distinct().count()

    @cached_property
    def number_who_rated(self) -> int:
        """How many have said how it was."""
        return Feedback.objects.filter(participant__event=self.event).count()

    # Its door, if it has no sessions

    @cached_property
    def at_door(self) -> EventLine | None:
        """What is known of its door; None if it has sessions, or is cancelled."""
        if self.has_sessions or self.is_cancelled:
            return None
        return event_line(self.event, self._viewer, now=self._now)

    @property
    def somebody_came(self) -> bool:
        """Whether anything is decided about anybody at the event without sessions."""
        counts = self.at_door.counts if self.at_door else []
        return any(
            count.tone not in (Status.UNKNOWN, Status.EXCUSED) for count in counts
        )

    # Its sessions

    @property
    def shows_sessions(self) -> bool:
        """Whether the page speaks of sessions: to attendees only if there are any."""
        return bool(self.sessions.paginator.count) or self.sees_roster

    @cached_property
    def number_at_event(self) -> int:
        """The number of people decided about at the event itself, beside its sessions.

        None once it is completed, or for who sees no roster.
        """
        is_open = self.event.state in (EventState.DRAFT, EventState.SCHEDULED)
        if not (self.sees_roster and is_open and self.has_sessions):
            return 0
        return decided_at(self.event)

    def _sessions(self) -> "Paginator[LiveSession]":
        sessions = self.event.sessions.select_related(
            "event__organization", "calculation"
        )
        return Paginator(sessions.order_by("-starts_at", "-pk"), SESSIONS_A_PAGE)

    @cached_property
    def has_sessions(self) -> bool:
        """Whether the event has sessions that are not cancelled."""
        return self.event.sessions.uncancelled().exists()

    @cached_property
    def lines(self) -> list[SessionLine]:
        """The sessions of this page, newest first."""
        sessions = list(self.sessions)
        zones = dict.fromkeys((s.pk for s in sessions), str(self.zone))
        return session_lines(
            sessions, self._viewer.user, self._viewer, zones=zones, now=self._now
        )

    @property
    def has_rooms(self) -> bool:
        """Whether sessions get a room that people can join."""
        return livekit.is_set_up()

    # Its people

    @cached_property
    def to_settle(self) -> ToSettle | None:
        """What people said that waits for the reader; None for who may not settle."""
        return to_settle_of(self.event) if self.may_change else None

    @cached_property
    def _numbers(self) -> Counter[str]:
        """The number of people by registration; of none for who sees no roster."""
        if not self.sees_roster:
            return Counter()
        numbers = self.event.participants.order_by().values_list("registration")
        return Counter(dict(numbers.annotate(Count("pk"))))

    @property
    def people_count(self) -> int:
        """The number of people on the roster, as far as the reader sees it."""
        return self._numbers.total()

    @cached_property
    def number_not_invited(self) -> int:
        """How many have neither an account nor an invitation, while that matters."""
        is_open = self.event.state in (EventState.DRAFT, EventState.SCHEDULED)
        if not (self.may_change and is_open and self.people_count) or self.is_over:
            return 0
        return number_not_invited(self.event)

    @property
    def registrations(self) -> list[tuple[str, str, int]]:
        """Each registration that there is: value, label and number of people."""
        return [
            (kind.value, str(kind.label), self._numbers[kind])
            for kind in Registration
            if self._numbers[kind]
        ]

    @cached_property
    def hosts(self) -> list[str]:
        """The names of the hosts who are expected."""
        hosts = self.event.participants.filter(
            role=ParticipantRole.HOST, registration__in=EXPECTED
        )
        named = hosts.order_by("person__name", "pk")[:HOSTS_AT_MOST]
        return list(named.values_list("person__name", flat=True))
