"""The page of attendance of an event: course results, or who came to its door.

Until an event with sessions is completed, the page tells what those have decided so
far. That of an event without sessions, such as a meetup, tells who was checked in.
Users who may read the whole roster see everybody, attendees only themselves. All times
are in the time zone of the event.

Source: docs/rules.md 114, 116.
"""

from collections import Counter
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.decisions.marking_panel import MarkingPanel, UndoOffer
from attendance.decisions.place import Place
from attendance.decisions.refused_marks import RefusedMark
from attendance.decisions.rights import Rights
from attendance.evidence.sessions_of_event import SessionsOfEvent
from attendance.models import Status, source_label
from attendance.report_rows.event_rows import event_rows, roster_with_decisions
from attendance.report_rows.namesakes import Namesakes
from attendance.report_rows.people_filter import (
    FilteredPeople,
    ListedPerson,
    PeopleFilter,
)
from attendance.report_rows.report import ReportRow
from attendance.reports.event_summary import count_sessions
from attendance.reports.said import Said, said_at
from attendance.rules.precedence import is_by_a_person
from attendance.wording.at_door import (
    CHECKED_IN,
    MISSING_AT_EVENT,
    AtDoor,
    count_at_door,
    not_checked_in,
)
from attendance.wording.phrases import Count, count_statuses, day_and_times
from core.times import day_and_time, short_day
from events.accounts.clocks import zone_of
from events.models import (
    EXPECTED,
    Event,
    EventState,
    Organization,
    Participant,
    ParticipantRole,
    User,
)
from sessions_app.models import LiveSession

PEOPLE_A_PAGE = 500
# The page names this many sessions of which nothing proves that they were held.
SESSIONS_NAMED = 20


class EventReportRow(NamedTuple):
    """One person, in words; ``person_id`` is None if the reader may not open them.

    ``beside`` is what tells them from others of that name; may be empty. ``said`` is
    what the person said of it.
    """

    participant_id: int
    person_id: int | None
    name: str
    beside: str
    role: str
    status: str
    label: str
    source: str
    sentence: str
    undo: UndoOffer | None
    said: Said


class EventDecisionsPage:
    """The attendance of an event, in words.

    Args:
        event: With its organization already loaded.
        rights: What the reader may do in the event.
        user: The reader.
        choice: The filter and search that were chosen.
        now: The present time.
        page: The number of the page, from the address.
        chooses_all: Everybody shown is ticked already.
        refused: A mark that was just refused.
    """

    def __init__(
        self,
        event: Event,
        rights: Rights,
        user: User,
        choice: PeopleFilter,
        *,
        now: datetime,
        page: str | None = None,
        chooses_all: bool = False,
        refused: RefusedMark | None = None,
    ) -> None:
        self.event = event
        self.zone = ZoneInfo(zone_of(event))
        self.sessions = SessionsOfEvent.of(event, now=now)
        self._now = now
        self._rights = rights
        self._people = self._read_people(user)
        self._everybody = self._listed()
        self.filtered = FilteredPeople(
            self._everybody,
            choice if rights.reads_all else PeopleFilter(),
            knows_addresses=rights.organizes,
            offers=self._offers,
        )
        pages = Paginator(self.filtered.people, PEOPLE_A_PAGE)
        self.list: Page[ListedPerson] = pages.get_page(page)
        self._chooses_all = chooses_all
        self._refused = refused

    # The head

    @property
    def is_at_door(self) -> bool:
        """Whether the event has no sessions: it is its door that tells who came."""
        return not self.sessions

    @property
    def heading(self) -> str:
        return _("Attendance") if self.is_at_door else _("Course result")

    @property
    def is_open(self) -> bool:
        """Whether the event may still be completed."""
        return self.event.state in (EventState.DRAFT, EventState.SCHEDULED)

    @property
    def is_over(self) -> bool:
        """Whether the end of the event has passed."""
        return self._now >= self.event.end

    @property
    def tells_so_far(self) -> bool:
        """Whether people are told what their sessions have decided so far."""
        return self.is_open and not self.is_at_door

    @property
    def read_on(self) -> str:
        """Date and time at which the page was made, for printing."""
        return day_and_time(self._now, str(self.zone))

    @property
    def when(self) -> str:
        return day_and_times(self.event.starts_at, self.event.end, self.zone)

    @property
    def query(self) -> str:
        """The query string of this page, with its filter."""
        return self._with_page(self.filtered.choice.query)

    @property
    def query_of_all(self) -> str:
        """The query string of this page, with everybody on it ticked for a mark."""
        return self._with_page(self.filtered.query_of_all)

    def _with_page(self, query: str) -> str:
        if self.list.number == 1:
            return query
        return f"{query}{'' if query == '?' else '&'}page={self.list.number}"

    # Who reads

    @property
    def is_of_all(self) -> bool:
        """Whether everybody is shown; else only the reader's own course result."""
        return self._rights.reads_all

    @property
    def may_change(self) -> bool:
        """Whether the reader is an organizer: hosts decide about sessions only."""
        return self._rights.organizes

    @property
    def people_of(self) -> Organization | None:
        """The organization, if the reader may search its people."""
        return self.event.organization if self._rights.is_member else None

    @property
    def is_cancelled(self) -> bool:
        return self.event.state == EventState.CANCELLED

    @property
    def may_complete(self) -> bool:
        return self.may_change and self.event.state == EventState.SCHEDULED

    @property
    def has_begun(self) -> bool:
        """Whether anybody can have come, so that it can be completed at all."""
        return bool(self.sessions.uncancelled) or self._now >= self.event.starts_at

    @property
    def may_reopen(self) -> bool:
        return self.may_change and self.event.state == EventState.COMPLETED

    @property
    def nobody_was_recorded(self) -> bool:
        """Whether, at an event without sessions, people are absent by default alone."""
        return (
            self.is_at_door
            and any(person.status == Status.ABSENT for person in self._everybody)
            and not any(
                # Who is excused does not show that anybody came.
                (person.is_by_hand and person.status != Status.EXCUSED)
                or person.door == CHECKED_IN
                for person in self._everybody
            )
        )

    @property
    def may_check_in(self) -> bool:
        """Whether the reader may check people in for the event itself."""
        at_door = self.is_at_door and not self.is_cancelled
        return at_door and self._rights.may_mark(Place(self.event, None))

    @property
    def statuses(self) -> list[str]:
        """All statuses, for the shapes that the page defines."""
        return list(Status.values)

    @property
    def counts(self) -> list[Count]:
        """The numbers of the summary: of people by status, once that is decided."""
        if self.tells_so_far:
            return count_sessions(self.sessions)
        if self.is_open:
            known = Counter(map(_at_door, self._people))
            return count_at_door(known, MISSING_AT_EVENT, is_over=self.is_over)
        return count_statuses(Counter(person.status for person in self._everybody))

    @property
    def facts(self) -> str:
        """How many people were checked in, where the summary does not say so."""
        if self.is_open or not self.is_at_door:
            return ""
        number = sum(person.door == CHECKED_IN for person in self._everybody)
        text = ngettext("%(number)d checked in", "%(number)d checked in", number)
        return text % {"number": number}

    @property
    def perhaps_not_held(self) -> list[tuple[LiveSession, str]]:
        """Sessions of which nothing proves that they were held, with their dates."""
        if self.is_cancelled or not self.is_of_all:
            return []
        zone = str(self.zone)
        return [
            (session, short_day(session.starts_at, zone))
            for session in self.sessions.not_proved[:SESSIONS_NAMED]
        ]

    # The people

    @property
    def _offers(self) -> str:
        """By what people can be filtered beside their status, as ``FilteredPeople``."""
        if self.is_at_door:
            return "door"
        return "" if self.tells_so_far else "who"

    def _read_people(self, user: User) -> list[Any]:
        people = roster_with_decisions(self.event, user).values_list(
            "pk",
            "person__name",
            "person__email",
            "event_status",
            "decision__source",
            "is_marked",
            "decision__checked_in_at",
            "registration",
            "role",
            named=True,
        )
        return list(people)

    def _listed(self) -> list[ListedPerson]:
        return [
            ListedPerson(
                row.pk,
                row.person__name,
                row.person__email,
                row.event_status,
                # What follows from sessions may have the source of a person, too.
                row.is_marked and is_by_a_person(row.decision__source, marked=True),
                door=_at_door(row).side(MISSING_AT_EVENT) if self.is_at_door else "",
            )
            for row in self._people
        ]

    @cached_property
    def _shown(self) -> list[ReportRow]:
        """The rows of the people on this page."""
        people = Participant.objects.in_bulk([person.pk for person in self.list])
        return event_rows(
            self.event,
            [people[person.pk] for person in self.list],
            tells_so_far=self.tells_so_far,
        )

    @cached_property
    def panel(self) -> MarkingPanel | None:
        """The marking panel; None if the reader may not mark anybody here."""
        place = Place(self.event, None)
        if self.is_cancelled or not self._rights.may_mark(place):
            return None
        decisions = [row.attendance for row in self._shown if row.attendance]
        return MarkingPanel(
            place,
            self._rights,
            decisions,
            chooses_all=self._chooses_all,
            refused=self._refused,
        )

    @cached_property
    def _namesakes(self) -> Namesakes:
        # Who may not see addresses sees names alone.
        people = self._everybody if self._rights.is_member else []
        return Namesakes((person.name, person.email) for person in people)

    @cached_property
    def rows(self) -> list[EventReportRow]:
        """The people on this page, in words."""
        undoable = self.panel.undoable if self.panel else {}
        place = Place(self.event, None)
        said = said_at(place, self._shown, self._rights, is_void=self.is_cancelled)
        return [
            self._row(row, undoable.get(row.participant.pk), said[row.participant.pk])
            for row in self._shown
        ]

    def _row(
        self, row: ReportRow, undo: UndoOffer | None, said: Said
    ) -> EventReportRow:
        person, decision = row.participant, row.attendance
        return EventReportRow(
            participant_id=person.pk,
            person_id=person.person_id if self._rights.is_member else None,
            name=person.name,
            beside=self._namesakes.beside(person),
            role=_("host") if person.role == ParticipantRole.HOST else "",
            status=row.status,
            label=str(Status(row.status).label),
            source=source_label(decision.source, derived=decision.derived)
            if decision
            else "",
            sentence=self._sentence(row),
            undo=undo,
            said=said,
        )

    def _sentence(self, row: ReportRow) -> str:
        if not self.is_at_door or row.status != Status.UNKNOWN:
            return row.explanation
        return not_checked_in(self.event, self._now)


def _at_door(row: Any) -> AtDoor:
    return AtDoor(
        row.event_status,
        is_expected=row.registration in EXPECTED,
        is_checked_in=row.decision__checked_in_at is not None,
        is_host=row.role == ParticipantRole.HOST,
    )
