"""The page of a roster: who is on it, found by words and filters, 100 a page.

Search and filters are query parameters, so that they work without JavaScript and stay
after an action. Members see addresses and student numbers, and find people by them;
hosts see and find names alone.

Source: docs/rules.md 103.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import NamedTuple
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.utils.functional import cached_property

from core.names import is_found
from events.models import EXPECTED, Event, Participant, ParticipantRole, Registration
from events.permissions import Viewer
from events.recording.in_words import withdrawal_in_words
from events.roster.enrolment_in_words import enrolment_in_words
from events.roster.personal_links import personal_path

PEOPLE_A_PAGE = 100
LONGEST_SEARCH = 200
# Hosts first, then by name.
IN_ORDER = ("-role", "person__name", "pk")
# The value of ``choose`` in an address that ticks everybody shown.
ALL = "all"


@dataclass(frozen=True, slots=True)
class RosterFilter:
    """The search and the filters that were chosen; empty ones filter nobody out."""

    q: str = ""
    registration: str = ""
    role: str = ""

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> "RosterFilter":
        """Return the filter of query parameters; unknown values are ignored."""
        registration = parameters.get("registration", "")
        role = parameters.get("role", "")
        return cls(
            q=" ".join(parameters.get("q", "").split())[:LONGEST_SEARCH],
            registration=registration if registration in Registration.values else "",
            role=role if role in ParticipantRole.values else "",
        )

    def query(self, **more: object) -> str:
        """Return the query string of this filter; "?" alone for everybody."""
        chosen = asdict(self) | more
        return "?" + urlencode({k: v for k, v in chosen.items() if v})


class Choice(NamedTuple):
    """A choice of a filter, with the number of people whom it shows."""

    value: str
    label: str
    number: int
    is_chosen: bool


class RosterRow(NamedTuple):
    """One person on the roster; ``enrolled`` is empty for the whole event.

    ``withdrew_consent`` says so, and when, to members; else it is empty.
    ``personal_path`` is their secret link, for organizers alone; onlookers have none.
    """

    place: Participant
    enrolled: str
    is_ticked: bool
    personal_path: str
    withdrew_consent: str


class _Listed(NamedTuple):
    pk: int
    name: str
    email: str
    external_id: str
    registration: str
    role: str


class RosterPage:
    """The roster of an event, in words of the language that is active.

    Args:
        event: The event.
        viewer: A member of the organization, or a host.
        parameters: Those of the address: the filter, ``page`` and ``choose``.
        now: The present time.
        ticked: Ids of places that are ticked.
    """

    def __init__(
        self,
        event: Event,
        viewer: Viewer,
        parameters: Mapping[str, str],
        *,
        now: datetime,
        ticked: frozenset[int] = frozenset(),
    ) -> None:
        self.event = event
        self.may_change = viewer.organizes(event.organization_id)
        self.sees_emails = viewer.belongs_to(event.organization_id)
        self.choice = RosterFilter.of(parameters)
        self.chooses_all = parameters.get("choose") == ALL
        self._ticked = ticked
        self._page = parameters.get("page")
        self._now = now
        self._everybody = list(
            map(
                _Listed._make,
                event.participants.order_by(*IN_ORDER).values_list(
                    "pk",
                    "person__name",
                    "person__email",
                    "person__external_id",
                    "registration",
                    "role",
                ),
            )
        )

    # Whom it shows

    @property
    def total(self) -> int:
        """The number of people on the roster."""
        return len(self._everybody)

    @cached_property
    def found(self) -> list[int]:
        """The ids of the places that search and filters show, on all pages."""
        return [one.pk for one in self._everybody if self._shows(one)]

    @cached_property
    def page(self) -> "Page[int]":
        return Paginator(self.found, PEOPLE_A_PAGE).get_page(self._page)

    @cached_property
    def rows(self) -> list[RosterRow]:
        """The people of this page."""
        zone = ZoneInfo(self.event.time_zone)
        today = self._now.astimezone(zone).date()
        people = self.event.participants.filter(pk__in=list(self.page))
        return [
            RosterRow(
                place,
                enrolment_in_words(place.enrolled, zone, beside=today),
                self.chooses_all or place.pk in self._ticked,
                self._personal_path(place),
                self._withdrew_consent(place),
            )
            for place in people.order_by(*IN_ORDER)
        ]

    def _personal_path(self, place: Participant) -> str:
        has_one = self.may_change and place.registration != Registration.VIEWED
        return personal_path(place) if has_one else ""

    def _withdrew_consent(self, place: Participant) -> str:
        zone = self.event.time_zone
        return withdrawal_in_words(place.person, zone) if self.sees_emails else ""

    @property
    def shows_numbers(self) -> bool:
        """Whether there is a column of student numbers."""
        return self.sees_emails and any(one.external_id for one in self._everybody)

    @property
    def shows_enrolment(self) -> bool:
        """Whether anybody here is not enrolled for the whole event."""
        return any(row.enrolled for row in self.rows)

    @property
    def is_everybody(self) -> bool:
        """Whether neither a search nor a filter was chosen."""
        return self.choice == RosterFilter()

    @property
    def address(self) -> str:
        """The query string of this page, with search and filters."""
        return self.choice.query(page=self.page.number if self.page.number > 1 else "")

    @property
    def address_of_all(self) -> str:
        """The query string of this page with everybody ticked."""
        page = self.page.number if self.page.number > 1 else ""
        return self.choice.query(page=page, choose=ALL)

    # Filters

    @property
    def registrations(self) -> list[Choice]:
        """The registrations that there are, with their numbers."""
        numbers = Counter(one.registration for one in self._everybody)
        return _choices(Registration, numbers, self.choice.registration)

    @property
    def roles(self) -> list[Choice]:
        """The roles that there are, with their numbers."""
        numbers = Counter(one.role for one in self._everybody)
        return _choices(ParticipantRole, numbers, self.choice.role)

    def _shows(self, one: _Listed) -> bool:
        q, registration, role = (
            self.choice.q,
            self.choice.registration,
            self.choice.role,
        )
        return (
            registration in ("", one.registration)
            and role in ("", one.role)
            and (not q or is_found(self._text_of(one), q))
        )

    def _text_of(self, one: _Listed) -> str:
        if not self.sees_emails:
            return one.name
        return f"{one.name} {one.email} {one.external_id}"


def sees_roster(event: Event, viewer: Viewer) -> bool:
    """Return whether somebody sees a roster: members, and hosts who are expected."""
    return (
        viewer.belongs_to(event.organization_id)
        or event.participants.filter(
            person__user=viewer.user,
            role=ParticipantRole.HOST,
            registration__in=EXPECTED,
        ).exists()
    )


def _choices(
    kinds: type[Registration] | type[ParticipantRole],
    numbers: Mapping[str, int],
    chosen: str,
) -> list[Choice]:
    return [
        Choice(kind.value, str(kind.label), numbers[kind], kind == chosen)
        for kind in kinds
        if numbers[kind] or kind == chosen
    ]
