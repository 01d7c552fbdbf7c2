"""The page of the door for its staff: who is expected, and who is inside.

Texts are in the language that is active when they are made. All times are in the time
zone of the event.

Source: docs/rules.md 53, 56.
"""

from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.db.models import (
    BooleanField,
    Count,
    ExpressionWrapper,
    F,
    FilteredRelation,
    Q,
    QuerySet,
)
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from attendance.decisions.checking_in import GIVEN_BY_CHECK_IN
from attendance.decisions.place import Place
from attendance.door.opening_hours import Door, doors_of, nearest_door
from attendance.evidence.enrolled import expected_then, was_not_enrolled
from attendance.models import Status
from attendance.report_rows.people_filter import LONGEST_SEARCH
from attendance.rules.precedence import CHECK_IN
from attendance.wording.phrases import clock_beside, clock_range
from core.names import is_found, searched
from core.times import long_date
from events.models import EXPECTED, Event, Participant
from sessions_app.models import LiveSession

PEOPLE_A_PAGE = 500


class Counts(NamedTuple):
    """Numbers of expected people; ``missing`` are neither inside nor excused."""

    expected: int
    inside: int
    missing: int
    excused: int


class DoorRow(NamedTuple):
    """One person at the door.

    Attributes:
        since: When they came; empty if they are not inside.
        decided: The label of a status that the check-in did not give; else empty.
        is_expected: Whether they are in the counts.
        is_not_enrolled: They are of the roster, but not enrolled at this session.
        can_go: The check-in decides, so that it can be undone here.
        search: The text in which a search looks for words.
    """

    person: Participant
    since: str
    decided: str
    is_expected: bool
    is_not_enrolled: bool
    can_go: bool
    search: str


class DoorPage:
    """The door of one session, or of an event without sessions.

    Args:
        event: With its organization already loaded.
        now: The present time.
        sees_emails: The reader may see email addresses, and search for them.
        session: The id of a session; anything else selects the nearest door.
        q: The words of a search.
        page: The number of the page, from the address.
    """

    def __init__(
        self,
        event: Event,
        *,
        now: datetime,
        sees_emails: bool,
        session: str = "",
        q: str = "",
        page: str = "",
    ) -> None:
        self.event = event
        self.now = now
        self.q = " ".join(q.split())[:LONGEST_SEARCH]
        self.sees_emails = sees_emails
        self._page = page
        self._zone = ZoneInfo(event.time_zone)
        self._doors = doors_of(event)
        self.door = self._chosen(session)

    # The door

    @property
    def session(self) -> LiveSession | None:
        """The session for which people are checked in; None: the event itself."""
        return self.door.place.session if self.door else None

    @property
    def place(self) -> Place:
        """The place for which people are checked in."""
        return Place(self.event, self.session)

    @property
    def when(self) -> str:
        if self.door is None:
            return ""
        day = long_date(self.door.starts_at.astimezone(self._zone).date())
        return _("%(date)s, %(time)s") % {"date": day, "time": self._times(self.door)}

    @property
    def choices(self) -> list[tuple[LiveSession, str, bool]]:
        """The sessions of the day, their times, and whether each is the chosen one.

        Empty if there is only one session.
        """
        if self.door is None:
            return []
        day = self.door.starts_at.astimezone(self._zone).date()
        of_day = [
            (door.place.session, self._times(door), door == self.door)
            for door in self._doors
            if door.place.session
            and door.starts_at.astimezone(self._zone).date() == day
        ]
        return of_day if len(of_day) > 1 else []

    def _times(self, door: Door) -> str:
        return clock_range(door.starts_at, door.closes_at, self._zone)

    def _chosen(self, session: str) -> Door | None:
        for door in self._doors:
            if door.place.session and str(door.place.session.pk) == session:
                return door
        return nearest_door(self._doors, self.now)

    # Its people

    @cached_property
    def counts(self) -> Counts:
        inside = Q(here__checked_in_at__isnull=False)
        excused = Q(here__status=Status.EXCUSED) & ~inside
        expected = Q(is_expected=True)
        counted = self._roster().aggregate(
            expected=Count("pk", filter=expected),
            inside=Count("pk", filter=expected & inside),
            excused=Count("pk", filter=expected & excused),
        )
        missing = counted["expected"] - counted["inside"] - counted["excused"]
        return Counts(missing=missing, **counted)

    @property
    def rows(self) -> list[DoorRow]:
        """The rows of this page of the list."""
        return [self._row(person) for person in self.people]

    def row_of(self, participant_id: int) -> DoorRow | None:
        """Return the row of one person; None if they are not on the roster."""
        person = self._roster().filter(pk=participant_id).first()
        return self._row(person) if person else None

    def _row(self, person: Participant) -> DoorRow:
        at, status = person.checked_in_at, person.status  # type: ignore[attr-defined]
        given_by_check_in = GIVEN_BY_CHECK_IN if at else ()
        is_decided_otherwise = status not in (None, Status.UNKNOWN, *given_by_check_in)
        return DoorRow(
            person,
            since=clock_beside(at, self._zone, beside=self.now) if at else "",
            decided=str(Status(status).label) if is_decided_otherwise else "",
            is_expected=person.is_expected,  # type: ignore[attr-defined]
            is_not_enrolled=self.session is not None
            and was_not_enrolled(person, self.session),
            can_go=person.source == CHECK_IN,  # type: ignore[attr-defined]
            search=searched(self._searchable(person.name, person.email)),
        )

    def _searchable(self, name: str, email: str) -> str:
        return f"{name} {email}" if self.sees_emails else name

    def _roster(self) -> QuerySet[Participant]:
        return self.event.participants.annotate(
            is_expected=expected_then(self.session)
            if self.session
            else ExpressionWrapper(
                Q(registration__in=EXPECTED), output_field=BooleanField()
            ),
            here=FilteredRelation(
                "attendances",
                condition=Q(attendances__session=self.session)
                if self.session
                else Q(attendances__session__isnull=True),
            ),
            checked_in_at=F("here__checked_in_at"),
            status=F("here__status"),
            source=F("here__source"),
        )

    @cached_property
    def people(self) -> "Page[Participant]":
        """The people of this page of the list."""
        people = self._roster().order_by(F("is_expected").desc(), "person__name", "pk")
        if self.q:
            people = people.filter(pk__in=self._search())
        return Paginator(people, PEOPLE_A_PAGE).get_page(self._page)

    def _search(self) -> list[int]:
        people = self.event.participants.values_list(
            "pk", "person__name", "person__email"
        )
        return [
            pk
            for pk, name, email in people
            if is_found(self._searchable(name, email), self.q)
        ]
