"""The page of a person: who they are, their rosters, their sessions, what changed.

Members of the organization read it; only organizers change anything, and see guesses
and changes.

Source: docs/rules.md 99, 100.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.paginator import Page, Paginator
from django.db.models import F, QuerySet
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from attendance.absences.list_page import AbsenceLine, absence_lines
from attendance.absences.reading import absences
from attendance.contests.list_page import ContestLine, contest_line
from attendance.contests.reading import contests
from attendance.models import MARKS, Status
from attendance.people.changes_in_words import ChangeLine, change_line
from attendance.people.sessions_of_person import SessionsOfPerson
from core.times import short_day
from events.accounts.clocks import zone_of
from events.models import Event, Participant, Person, PersonChange
from events.permissions import Viewer
from events.recording.in_words import consent_in_words
from events.roster.enrolment_in_words import enrolment_in_words

ROSTERS_A_PAGE = 50
CHANGES_A_PAGE = 50
DOUBLES_AT_MOST = 20
SAID_AT_MOST = 20


class RosterLine(NamedTuple):
    """A place of the person on the roster of one event."""

    place: Participant
    day: str
    enrolled: str


class PersonPage:
    """The page of a person, in words of the language that is active.

    Args:
        person: With organization and account already loaded.
        viewer: A member of the organization.
        now: The present time.
        pages: The numbers of the pages of ``rosters``, sessions (``page``) and
            ``changes``, from the address.
    """

    def __init__(
        self,
        person: Person,
        viewer: Viewer,
        *,
        now: datetime,
        pages: Mapping[str, str],
    ) -> None:
        self.person = person
        self.may_change = viewer.organizes(person.organization_id)
        self._now = now
        self.sessions = SessionsOfPerson(
            person,
            viewer.user,
            now=now,
            guesses=self.may_change,
            page=pages.get("page"),
        )
        self.rosters: Page[Participant] = Paginator(
            self._places(), ROSTERS_A_PAGE
        ).get_page(pages.get("rosters"))
        self.changes: Page[PersonChange] | None = None
        if self.may_change:
            changes = person.changes.select_related("actor", "values").order_by("-pk")
            self.changes = Paginator(changes, CHANGES_A_PAGE).get_page(
                pages.get("changes")
            )

    marks = MARKS

    @property
    def statuses(self) -> list[str]:
        """All statuses, for the shapes that the page defines."""
        return list(Status.values)

    @property
    def language(self) -> str:
        return str(dict(settings.LANGUAGES).get(self.person.language, ""))

    @property
    def leaderboard(self) -> str:
        return _("shown") if self.person.show_on_leaderboard else _("not shown")

    @property
    def consent(self) -> str:
        return consent_in_words(self.person, self.person.organization.time_zone)

    # What they said

    @cached_property
    def contests(self) -> list[ContestLine]:
        """Their newest contests, those to be settled first; for organizers."""
        if not self.may_change:
            return []
        own = contests().filter(attendance__participant__person=self.person)
        found = own.order_by(F("settled_at").desc(nulls_first=True), "-pk")
        return [
            contest_line(each, may_settle=self.may_change)
            for each in found[:SAID_AT_MOST]
        ]

    @cached_property
    def absences(self) -> list[AbsenceLine]:
        """Their newest announced absences, those to be confirmed first."""
        own = absences().filter(participant__person=self.person)
        found = own.order_by(F("settled_at").desc(nulls_first=True), "-pk")
        return absence_lines(list(found[:SAID_AT_MOST]), may_settle=self.may_change)

    # Rosters

    def _places(self) -> "QuerySet[Participant]":
        places: QuerySet[Participant] = Participant.objects.filter(person=self.person)
        return places.select_related("event").order_by("-event__starts_at", "-pk")

    @cached_property
    def roster_lines(self) -> list[RosterLine]:
        """The places of this page, newest event first."""
        return [self._roster_line(place) for place in self.rosters]

    def _roster_line(self, place: Participant) -> RosterLine:
        zone = ZoneInfo(zone_of(place.event))
        today = self._now.astimezone(zone).date()
        return RosterLine(
            place,
            short_day(place.event.starts_at, str(zone)),
            enrolment_in_words(place.enrolled, zone, beside=today)
            or _("for the whole event"),
        )

    # Others who may be the same

    @cached_property
    def doubles(self) -> list[Person]:
        """Others of this name with the same address, or one of the two without one."""
        person = self.person
        others = (
            Person.objects.known()
            .filter(organization=person.organization_id, folded_name=person.folded_name)
            .exclude(pk=person.pk)
        )
        if person.folded_email:
            others = others.filter(folded_email__in=["", person.folded_email])
        return list(others[:DOUBLES_AT_MOST])

    # Changes

    @cached_property
    def change_lines(self) -> list[ChangeLine]:
        """The changes of this page, newest first."""
        if self.changes is None:
            return []
        changes = list(self.changes)
        events = Event.objects.in_bulk({c.event_id for c in changes if c.event_id})
        zone = self.person.organization.time_zone
        return [change_line(change, events, zone) for change in changes]
