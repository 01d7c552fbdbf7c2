"""The page of the door for its staff: who is expected, and who is inside.

Texts are in the language that is active when they are made. All times are in the time
zone of the event.

Source: docs/rules.md 53, 56, 112, 113.
"""

from datetime import datetime, timedelta
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode
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

from attendance.absences.reading import absences_at
from attendance.decisions.checking_in import GIVEN_BY_CHECK_IN
from attendance.decisions.place import Place
from attendance.door.opening_hours import Door, doors_of
from attendance.door.staff_choice import WHICH, chosen_by_staff
from attendance.evidence.enrolled import expected_then, was_not_enrolled
from attendance.models import Status
from attendance.report_rows.people_filter import LONGEST_SEARCH
from attendance.rules.precedence import CHECK_IN
from attendance.wording.phrases import clock_beside
from core.names import is_found, searched
from events.models import EXPECTED, Event, Participant, ParticipantRole
from sessions_app.models import LiveSession

PEOPLE_A_PAGE = 500
DOORS_A_PAGE = 10


class Counts(NamedTuple):
    """Numbers of expected attendees; ``missing`` are neither inside nor excused.

    Hosts are no guests, and are not counted.
    """

    expected: int
    inside: int
    missing: int
    excused: int


class DoorRow(NamedTuple):
    """One person at the door.

    Attributes:
        since: When they came; empty if they are not inside.
        is_late: They came after the grace period.
        decided: The label of a status that the check-in did not give; else empty.
        is_expected: They are expected at this session.
        counts_as: What a tap counts: "expected", "excused", or "joins" if they become
            a walk-in by it; empty if they are not counted.
        is_not_enrolled: They are of the roster, but not enrolled at this session.
        has_announced: They announced that they will not come. Why is not told here:
            whoever stands before the screen reads it, too.
        can_go: The check-in decides, so that it can be undone here.
        search: The text in which a search looks for words.
    """

    person: Participant
    since: str
    is_late: bool
    decided: str
    is_expected: bool
    counts_as: str
    is_not_enrolled: bool
    has_announced: bool
    can_go: bool
    search: str


class DoorPage:
    """The door of one session, or of an event without sessions.

    Nobody can be checked in while ``asks`` is true: the staff have not said for which
    session (``must_choose``), or that they mean one that is not today (``asks_day``).

    Args:
        event: With its organization already loaded.
        now: The present time.
        sees_emails: The reader may see email addresses, and search for them.
        session: The id of a session; empty: the one that is proposed. Anything else
            asks which.
        not_today: Not empty: the staff mean a session that is not today.
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
        not_today: str = "",
        q: str = "",
        page: str = "",
    ) -> None:
        self.event = event
        self.now = now
        self.q = " ".join(q.split())[:LONGEST_SEARCH]
        self.sees_emails = sees_emails
        self._page = page
        self._zone = ZoneInfo(event.time_zone)
        self.doors = doors_of(event)
        self.door = chosen_by_staff(self.doors, session, now)
        self.is_today = self.door is None or self.door.is_on_day_of(now)
        self.asks_day = not self.is_today and not not_today

    # The door

    @property
    def must_choose(self) -> bool:
        """Whether the staff must say for which session people come."""
        return bool(self.doors) and self.door is None

    @property
    def asks(self) -> bool:
        """Whether something must be said before anybody can be checked in."""
        return self.must_choose or self.asks_day

    @property
    def session(self) -> LiveSession | None:
        """The session for which people are checked in; None: the event itself."""
        return self.door.session if self.door else None

    @property
    def place(self) -> Place:
        """The place for which people are checked in; one of several if none is yet."""
        door = self.door or next(iter(self.doors), None)
        return door.place if door else Place(self.event, None)

    @property
    def when(self) -> str:
        if self.door is None:
            return ""
        return _("%(date)s, %(time)s") % {
            "date": self.door.day,
            "time": self.door.times,
        }

    @property
    def not_today(self) -> str:
        """Says on which day the session, or the event, is instead of today."""
        if self.door is None:
            return ""
        text = (
            _("This session is on %(day)s, not today.")
            if self.session
            else _("This event is on %(day)s, not today.")
        )
        return text % {"day": self.door.day}

    @property
    def is_over(self) -> bool:
        """Whether its session has ended, so that whoever is checked in now is late."""
        return self.session is not None and self.session.end <= self.now

    @property
    def query(self) -> str:
        """The parameters of the address that lead to the same door."""
        said = {
            "session": self.session.pk if self.session else "",
            "not_today": "" if self.is_today or self.asks_day else "1",
        }
        if self.must_choose:
            said["session"] = WHICH
        return urlencode({name: value for name, value in said.items() if value})

    @property
    def query_with_search(self) -> str:
        """The same, with the search."""
        search = urlencode({"q": self.q}) if self.q else ""
        return "&".join(part for part in (self.query, search) if part)

    @property
    def query_not_today(self) -> str:
        """The same, once the staff have said that they mean a session not today."""
        return urlencode([*parse_qsl(self.query), ("not_today", "1")])

    @property
    def today_until(self) -> str:
        """When the session is no longer of today; empty if it is not now."""
        if self.door is None or not self.is_today:
            return ""
        return self.door.last_day_ends.isoformat()

    @property
    def zone_offset(self) -> int:
        """How many minutes the clocks of the event are ahead of UTC now."""
        ahead = self.now.astimezone(self._zone).utcoffset() or timedelta(0)
        return ahead // timedelta(minutes=1)

    @property
    def of_day(self) -> list[Door]:
        """The doors of the day of the chosen session, in order of start."""
        if self.session is None or self.door is None:
            return []
        return [door for door in self.doors if door.day == self.door.day]

    @property
    def has_more_sessions(self) -> bool:
        """Whether the event has sessions on other days than the chosen one."""
        return len(self.of_day) < len(self.doors)

    @cached_property
    def nearest(self) -> "Page[Door]":
        """The doors to choose from, those nearest in time first, some a page."""
        doors = sorted(self.doors, key=lambda door: door.distance(self.now))
        return Paginator(doors, DOORS_A_PAGE).get_page(self._page)

    # Its people

    @cached_property
    def counts(self) -> Counts:
        inside = Q(here__checked_in_at__isnull=False)
        excused = Q(here__status=Status.EXCUSED) & ~inside
        expected = Q(is_expected=True, role=ParticipantRole.ATTENDEE)
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
            is_late=bool(at) and status == Status.LATE,
            decided=str(Status(status).label) if is_decided_otherwise else "",
            is_expected=person.is_expected,  # type: ignore[attr-defined]
            counts_as=_counts_as(person, status),
            is_not_enrolled=self.session is not None
            and was_not_enrolled(person, self.session),
            has_announced=person.pk in self._announced,
            can_go=person.source == CHECK_IN,  # type: ignore[attr-defined]
            search=searched(self._searchable(person.name, person.email)),
        )

    @cached_property
    def _announced(self) -> set[int]:
        """Who announced that they will not come, unless that was not confirmed."""
        absences = absences_at(Place(self.event, self.session))
        return {
            person
            for person, own in absences.items()
            if any(each.confirmed is not False for each in own)
        }

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


def _counts_as(person: Participant, status: str | None) -> str:
    if person.role == ParticipantRole.HOST:
        return ""
    if person.is_expected:  # type: ignore[attr-defined]
        return "excused" if status == Status.EXCUSED else "expected"
    return "" if person.registration in EXPECTED else "joins"
