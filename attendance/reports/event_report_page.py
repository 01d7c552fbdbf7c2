"""The page with the course results of an event.

Users who may read the whole roster see everybody, attendees only their own course
result. All times are in the time zone of the event.
"""

from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from attendance.decisions.marking_panel import MarkingPanel, UndoOffer
from attendance.decisions.place import Place
from attendance.decisions.refused_marks import RefusedMark
from attendance.decisions.rights import Rights
from attendance.models import SOURCE_LABELS, Status
from attendance.report_rows.event_rows import event_rows, roster_with_decisions
from attendance.report_rows.namesakes import Namesakes
from attendance.report_rows.people_filter import (
    FilteredPeople,
    ListedPerson,
    PeopleFilter,
)
from attendance.report_rows.report import ReportRow
from attendance.rules.precedence import is_by_a_person
from attendance.wording.phrases import IN_ORDER, Count, day_and_times
from events.models import (
    Event,
    EventState,
    Participant,
    ParticipantRole,
    User,
)

PEOPLE_A_PAGE = 200


class EventReportRow(NamedTuple):
    """One person, in words; ``person_id`` is None if the reader may not open them.

    ``beside`` is what tells them from others of that name; may be empty.
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


class EventDecisionsPage:
    """The course results of an event, in words.

    Args:
        event: With its organization already loaded.
        rights: What the reader may do in the event.
        user: The reader.
        choice: The filter and search that were chosen.
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
        page: str | None = None,
        chooses_all: bool = False,
        refused: RefusedMark | None = None,
    ) -> None:
        self.event = event
        self.zone = ZoneInfo(event.time_zone)
        self._rights = rights
        self._everybody = self._listed(user)
        self.filtered = FilteredPeople(
            self._everybody,
            choice if rights.reads_all else PeopleFilter(),
            is_live=False,
            knows_addresses=rights.organizes,
        )
        pages = Paginator(self.filtered.people, PEOPLE_A_PAGE)
        self.list: Page[ListedPerson] = pages.get_page(page)
        self._chooses_all = chooses_all
        self._refused = refused

    # The head

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
    def people_of(self) -> int | None:
        """The organization, if the reader may search its people."""
        return self.event.organization_id if self._rights.is_member else None

    @property
    def is_cancelled(self) -> bool:
        return self.event.state == EventState.CANCELLED

    @property
    def may_complete(self) -> bool:
        return self.may_change and self.event.state == EventState.SCHEDULED

    @property
    def may_reopen(self) -> bool:
        return self.may_change and self.event.state == EventState.COMPLETED

    @property
    def statuses(self) -> list[str]:
        """All statuses, for the shapes that the page defines."""
        return list(Status.values)

    @property
    def counts(self) -> list[Count]:
        """The number of people with each status, without statuses that nobody has."""
        statuses = [person.status for person in self._everybody]
        return [
            Count(status.value, str(status.label), number)
            for status in IN_ORDER
            if (number := statuses.count(status))
        ]

    # The people

    def _listed(self, user: User) -> list[ListedPerson]:
        people = roster_with_decisions(self.event, user).values_list(
            "pk",
            "person__name",
            "person__email",
            "event_status",
            "decision__source",
            "is_marked",
        )
        return [
            ListedPerson(pk, name, email, status, is_by_a_person(source, marked=marked))
            for pk, name, email, status, source, marked in people
        ]

    @cached_property
    def _shown(self) -> list[ReportRow]:
        """The rows of the people on this page."""
        people = Participant.objects.in_bulk([person.pk for person in self.list])
        return event_rows(self.event, [people[person.pk] for person in self.list])

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
        return [self._row(row, undoable.get(row.participant.pk)) for row in self._shown]

    def _row(self, row: ReportRow, undo: UndoOffer | None) -> EventReportRow:
        person = row.participant
        source = row.attendance.source if row.attendance else None
        return EventReportRow(
            participant_id=person.pk,
            person_id=person.person_id if self._rights.is_member else None,
            name=person.name,
            beside=self._namesakes.beside(person),
            role=_("host") if person.role == ParticipantRole.HOST else "",
            status=row.status,
            label=str(Status(row.status).label),
            source=str(SOURCE_LABELS[source]) if source else "",
            sentence=row.explanation,
            undo=undo,
        )
