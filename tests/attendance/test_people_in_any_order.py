"""Imports, edits, links, cancellations, returns and late facts, in any order.

After each act everything is calculated anew, and compared with a plain account of what
was done: nothing is lost, nothing is somebody else's, and totals stay.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from attendance.audit.seals import verify
from attendance.calculating.sessions import calculate_sessions
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.evidence.due import Selection
from attendance.models import Attendance, AttendanceChange, EngagementEntry
from attendance.points.ledger import PointsPerStatus
from attendance.unmatched.linking import link_identity, unlink_identity
from core.errors import RuleBroken
from events.models import (
    Participant,
    Person,
    PersonChange,
)
from events.people.services import update_person
from events.roster.adding import add_participant
from events.roster.importing import import_roster
from events.roster.places import change_participant
from sessions_app.models import LiveSession
from tests.attendance.pages import be_there
from tests.factories import (
    START,
    make_event,
    make_member,
    make_organization,
    make_session,
)

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

TABLET = "the family's tablet"
NAMES = ["Sara", "Tala", "SARA", "Omar"]
EMAILS = ["", "family@example.com", "Family@example.com", "omar@example.com"]
STEP = timedelta(days=1)


@dataclass
class Account:
    """What was done, as somebody with pen and paper would keep it.

    ``seen`` are sessions with the identities that were in them; ``gone`` says when a
    place was cancelled; ``tablet`` is whom the tablet was linked to in which event, the
    newest last; ``marks`` are marks by session and place.
    """

    seen: set[tuple[int, str]] = field(default_factory=set)
    names: dict[int, str] = field(default_factory=dict)
    gone: dict[int, datetime] = field(default_factory=dict)
    tablet: list[tuple[int, int]] = field(default_factory=list)
    marks: dict[tuple[int, int], str] = field(default_factory=dict)


class School:
    """Two courses of three lessons, in one organization, and a clock."""

    def __init__(self, clock: time_machine.Traveller) -> None:
        self.clock = clock
        self.now = START - timedelta(days=1)
        self.organization = make_organization()
        self.by = make_member(self.organization)
        self.events = [make_event(self.organization) for _ in range(2)]
        self.sessions = [
            make_session(event, starts_at=START + number * timedelta(days=12))
            for event in self.events
            for number in range(3)
        ]
        self.account = Account()

    # Acts; each takes any numbers and chooses by them

    def add(self, event: int, name: int, email: int) -> None:
        add_participant(
            event=self.events[event % 2],
            name=NAMES[name % 4],
            email=EMAILS[email % 4],
            by=self.by,
        )

    def add_somebody_new(self, event: int, name: int, email: int) -> None:
        add_participant(
            event=self.events[event % 2],
            name=NAMES[name % 4],
            email=EMAILS[email % 4],
            new=True,
            by=self.by,
        )

    def import_file(self, event: int, name: int, email: int) -> None:
        lines = [f"{NAMES[(name + n) % 4]},{EMAILS[(email + n) % 4]}" for n in range(3)]
        content = "\n".join(["name,email", *lines]).encode()
        import_roster(
            event=self.events[event % 2], content=content, partial=True, by=self.by
        )

    def rename(self, place: int, name: int, email: int) -> None:
        person = self.place(place).person
        changes = {"name": f"{NAMES[name % 4]} {email}"}
        update_person(person=person, changes=changes, by=self.by)
        self.account.names[person.pk] = changes["name"]

    def cancel(self, place: int, *_numbers: int) -> None:
        self.register(self.place(place), "cancelled")

    def wait(self, place: int, *_numbers: int) -> None:
        self.register(self.place(place), "waitlisted")

    def return_(self, place: int, *_numbers: int) -> None:
        self.register(self.place(place), "registered")

    def register(self, place: Participant, registration: str) -> None:
        change_participant(
            participant=place, changes={"registration": registration}, by=self.by
        )

    def be_seen(self, place: int, session: int, _number: int) -> None:
        there = self.place(place)
        sessions = [s for s in self.sessions if s.event_id == there.event_id]
        self.come(sessions[session % 3], there.identity)

    def use_the_tablet(self, _place: int, session: int, _number: int) -> None:
        self.come(self.sessions[session % 6], TABLET)

    def come(self, session: LiveSession, identity: str) -> None:
        """A fact, however late; a lesson that is still to come has none."""
        if session.starts_at < self.now:
            be_there(session, None, identity=identity)
            self.account.seen.add((session.pk, identity))

    def link(self, place: int, session: int, _number: int) -> None:
        there = self.place(place)
        sessions = [s for s in self.sessions if s.event_id == there.event_id]
        by_tablet = [s for s in sessions if (s.pk, TABLET) in self.account.seen]
        link_identity(
            session=(by_tablet or sessions)[session % len(by_tablet or sessions)],
            identity=TABLET,
            participant=there,
            by=self.by,
            now=self.now,
        )
        linked = (there.person_id, there.event_id)
        others = [one for one in self.account.tablet if one != linked]
        self.account.tablet = [*others, linked]

    def unlink(self, _place: int, session: int, _number: int) -> None:
        lesson = self.sessions[session % 6]
        meant = self.owner(lesson, TABLET)
        unlink_identity(session=lesson, identity=TABLET, by=self.by, now=self.now)
        assert meant is not None
        self.account.tablet = [
            (person, event)
            for person, event in self.account.tablet
            if person != meant.person_id
        ]

    def mark(self, place: int, session: int, _number: int) -> None:
        there = self.place(place)
        sessions = [s for s in self.sessions if s.event_id == there.event_id]
        lesson = sessions[session % 3]
        lesson.event = there.event
        marks = [Mark(there, "excused", "said so")]
        mark(Place(there.event, lesson), marks, by=self.by, now=self.now)
        self.account.marks[lesson.pk, there.pk] = "excused"

    def place(self, number: int) -> Participant:
        places = list(Participant.objects.select_related("event").order_by("pk"))
        if not places:
            raise RuleBroken("nobody", "nobody is there yet")
        return places[number % len(places)]

    # What must be so

    def owner(self, session: LiveSession, identity: str) -> Participant | None:
        """Whose presence it is, by hand."""
        here = [
            place
            for place in Participant.objects.filter(event=session.event_id)
            if place.registration != "viewed"
            and not (
                place.registration == "cancelled"
                and self.account.gone[place.pk] <= session.starts_at
            )
        ]
        if own := [place for place in here if place.identity == identity]:
            return own[0]
        if identity != TABLET:
            return None
        linked = {person for person, _event in self.account.tablet}
        meant = [place for place in here if place.person_id in linked]
        if len(meant) > 1:
            here_ids = {place.person_id for place in meant}
            made_here = [
                person
                for person, event in self.account.tablet
                if event == session.event_id and person in here_ids
            ]
            expected = [p for p in meant if self.is_expected(p, session)]
            if made_here:
                meant = [p for p in meant if p.person_id == made_here[-1]]
            else:
                meant = expected if len(expected) == 1 else []
        return meant[0] if meant else None

    def is_expected(self, place: Participant, session: LiveSession) -> bool:
        is_waiting = place.registration == "waitlisted" and place.latest.end is None
        return not is_waiting and any(
            span.overlaps(session.starts_at, session.ends_at) for span in place.enrolled
        )

    def check(self, counted: dict[str, int]) -> None:
        calculate_sessions(Selection(now=self.now, force=True, days=365))
        stored = list(Attendance.objects.exclude(session=None))
        there = {
            (one.session_id, one.participant_id) for one in stored if one.intervals
        }
        expected = set()
        for pk, identity in self.account.seen:
            session = next(s for s in self.sessions if s.pk == pk)
            owner = self.owner(session, identity)
            if owner and session.ends_at <= self.now:
                expected.add((pk, owner.pk))
        assert there == expected
        marks = {
            (one.session_id, one.participant_id): one.status
            for one in stored
            if one.is_marked
        }
        assert marks == self.account.marks
        worth = PointsPerStatus()
        total = sum(entry.points for entry in EngagementEntry.objects.all())
        assert total == sum(worth.of(one.status) for one in stored)
        for one in stored:
            newest = AttendanceChange.objects.filter(
                participant=one.participant_id, session=one.session_id
            ).first()
            said = newest.to_status if newest else "unknown"
            assert said == one.status
        names = {p.pk: p.name for p in Person.objects.filter(pk__in=self.account.names)}
        assert names == self.account.names
        for name, rows in [
            ("log", AttendanceChange.objects.all()),
            ("people", PersonChange.objects.all()),
        ]:
            number = rows.count()
            assert number >= counted.get(name, 0)
            counted[name] = number
        assert verify([self.organization]) == []


ACTS: list[Callable[..., None]] = [
    School.add,
    School.add_somebody_new,
    School.import_file,
    School.rename,
    School.cancel,
    School.wait,
    School.return_,
    School.be_seen,
    School.be_seen,
    School.be_seen,
    School.use_the_tablet,
    School.use_the_tablet,
    School.link,
    School.link,
    School.unlink,
    School.mark,
]
# Few people and lessons, so that much happens to the same.
NUMBERS = st.integers(0, 3)


@settings(
    max_examples=12,
    deadline=None,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(
    st.lists(
        st.tuples(st.sampled_from(ACTS), NUMBERS, NUMBERS, NUMBERS),
        min_size=15,
        max_size=40,
    )
)
def test_nothing_is_lost_or_given_to_somebody_else(
    db: None, acts: list[tuple[Any, int, int, int]]
) -> None:
    with transaction.atomic():
        with time_machine.travel(START, tick=False) as clock:
            school = School(clock)
            counted: dict[str, int] = {}
            for act, *numbers in [(School.import_file, 0, 0, 0), *acts]:
                school.now += STEP
                clock.move_to(school.now)
                with suppress(RuleBroken):
                    act(school, *numbers)
                for place in Participant.objects.all():
                    if place.registration == "cancelled":
                        school.account.gone.setdefault(place.pk, school.now)
                    else:
                        school.account.gone.pop(place.pk, None)
                school.check(counted)
        transaction.set_rollback(True)
