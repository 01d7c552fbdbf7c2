"""Files, additions, edits, cancellations and returns in any order, against the rules.

The register beside is kept by the rules, read one by one, and shares no code with what
it is compared to. Names, addresses and numbers are few, so that they collide all the
time; by a table it knows which spellings are the same.
"""

from copy import deepcopy
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.errors import Conflict
from events.models import Participant, Person, PersonChange
from events.roster.adding import add_participant
from events.roster.importing import import_roster
from events.roster.places import change_participant
from tests.events.people.changes import values_of
from tests.factories import make_event, make_organization, make_session

NAMES = {
    "Ana Lopes": "ana",
    "Lopes, Ana": "ana",
    "ANA LOPES": "ana",
    "Ben": "ben",
    "Eva": "eva",
}
EMAILS = {"": "", "a@x.org": "a", "A@X.org": "a", "b@x.org": "b"}
NUMBERS = ["", "", "1", "2"]
EVENTS = 2


@dataclass
class Someone:
    name: str
    email: str
    number: str

    @property
    def called(self) -> str:
        return NAMES[self.name]


class Refused(Exception):
    """What the rules do not allow; the code of the refusal."""


@dataclass
class Register:
    """Everybody in the order in which they came, and their places by event."""

    people: list[Someone] = field(default_factory=list)
    places: dict[tuple[int, int], str] = field(default_factory=dict)

    def owner(self, number: str) -> int | None:
        owners = [at for at, one in enumerate(self.people) if one.number == number]
        return owners[0] if number and owners else None

    def meant(self, event: int, typed: Someone) -> tuple[int | None, bool]:
        """Who it is, or None if they are new; and whether by the name alone."""
        owner = self.owner(typed.number)
        named = [a for a, one in enumerate(self.people) if one.called == typed.called]
        if owner is not None:
            if owner not in named:
                raise Refused("doubtful")
            return owner, False
        here = [at for at in named if (event, at) in self.places]
        if not typed.email and here:
            raise Refused("doubtful")
        found, by_name = self.with_address(typed.email, named, here)
        if found is not None and typed.number and self.people[found].number:
            raise Refused("doubtful")
        return found, by_name

    def with_address(
        self, email: str, named: list[int], here: list[int]
    ) -> tuple[int | None, bool]:
        if not email:
            return None, False
        same = [at for at in named if EMAILS[self.people[at].email] == EMAILS[email]]
        if len(same) > 1:
            same = [at for at in same if at in here]
            if len(same) != 1:
                raise Refused("doubtful")
        bare = [at for at in here if not self.people[at].email]
        if same:
            return same[0], False
        return (bare[0], True) if len(bare) == 1 else (None, False)

    def add(
        self, event: int, typed: Someone, chosen: int | None = None, *, new: bool
    ) -> None:
        by_name = False
        if chosen is not None or new:
            if self.owner(typed.number) not in (None, chosen):
                raise Refused("number_taken")
            who = chosen
        else:
            who, by_name = self.meant(event, typed)
        stands = who is not None and self.places.get((event, who))
        if stands not in (None, False, "cancelled") and not by_name:
            raise Refused("on_roster")
        number = "" if who is None else self.people[who].number
        if typed.number and number not in ("", typed.number):
            raise Refused("other_number")
        at = self.know(who, typed)
        if stands in (None, False, "cancelled"):
            self.places[event, at] = "registered"

    def know(self, who: int | None, typed: Someone) -> int:
        """Add somebody, or what is new about them."""
        if who is None:
            self.people.append(typed)
            return len(self.people) - 1
        one = self.people[who]
        one.email = one.email or typed.email
        one.number = one.number or typed.number
        return who

    def take_file(self, event: int, lines: list[tuple[Someone, str]]) -> list[int]:
        """Add the lines; which of them are refused."""
        refused, seen = [], set()
        for line, (typed, registration) in enumerate(lines):
            try:
                who, _by_name = self.meant(event, typed)
            except Refused:
                refused.append(line)
                continue
            if who is not None and who in seen:
                refused.append(line)
                continue
            at = self.know(who, typed)
            seen.add(at)
            stands = self.places.get((event, at), "cancelled")
            back = "registered" if stands == "cancelled" else stands
            self.places[event, at] = registration or back
        return refused


# --- What is done ---------------------------------------------------------------------

NAMES_ALONE = [(Someone(name, "", ""), "") for name in ("Ana Lopes", "Ben", "Eva")]
events = st.integers(0, EVENTS - 1)
who = st.integers(0, 5)
names, emails = st.sampled_from(list(NAMES)), st.sampled_from(list(EMAILS))
numbers = st.sampled_from(NUMBERS)
someone = st.builds(Someone, names, emails, numbers)
registrations = st.sampled_from(["registered", "cancelled", "waitlisted"])
lines = st.lists(
    st.tuples(someone, st.sampled_from(["", "", "", "cancelled"])),
    min_size=1,
    max_size=6,
)
acts = st.one_of(
    st.tuples(st.just("add"), events, someone, st.sampled_from(["", "", "new", "one"])),
    st.tuples(st.just("file"), events, lines, st.booleans()),
    st.tuples(
        st.just("edit"), who, st.sampled_from(["name", "email", "number"]), someone
    ),
    st.tuples(st.just("register_again"), who, registrations, st.none()),
)


class School:
    """The product, and the register that is kept beside it."""

    def __init__(self) -> None:
        organization = make_organization()
        self.events = [make_event(organization) for _ in range(EVENTS)]
        # At one of them people come late.
        make_session(self.events[0], starts_at=timezone.now() - timedelta(hours=2))
        self.register = Register()

    def do(self, act: tuple[Any, ...]) -> None:
        kind, *about = act
        getattr(self, kind)(*about)

    def add(self, event: int, typed: Someone, said: str) -> None:
        chosen = 0 if said == "one" and self.register.people else None
        wanted = deepcopy(self.register)
        try:
            wanted.add(event, deepcopy(typed), chosen, new=said == "new")
            expected = ""
        except Refused as refused:
            wanted, expected = self.register, str(refused)
        try:
            with transaction.atomic():
                add_participant(
                    event=self.events[event],
                    name=typed.name,
                    email=typed.email,
                    external_id=typed.number,
                    person=None if chosen is None else self.ids()[chosen],
                    new=said == "new",
                )
            happened = ""
        except Conflict as refused:
            happened = refused.code
        assert happened == expected
        self.register = wanted

    def file(self, event: int, lines: list[tuple[Someone, str]], partial: bool) -> None:
        wanted = deepcopy(self.register)
        refused = wanted.take_file(event, deepcopy(lines))
        rows = [
            f'"{one.name}",{one.email},{one.number},{registration}'
            for one, registration in lines
        ]
        content = "\n".join(["name,email,external_id,registration", *rows])
        done = import_roster(
            event=self.events[event], content=content.encode(), partial=partial
        )
        assert [n for n, one in enumerate(done.results) if one.errors] == refused
        if partial or not refused:
            self.register = wanted

    def edit(self, who: int, what: str, typed: Someone) -> None:
        place = self.place(who)
        if place is None:
            return
        (_event, at), row = place
        value = getattr(typed, what)
        is_taken = what == "number" and self.register.owner(value) not in (None, at)
        column = "external_id" if what == "number" else what
        try:
            with transaction.atomic():
                change_participant(participant=row, changes={column: value})
        except (Conflict, IntegrityError):
            assert is_taken
        else:
            assert not is_taken
            setattr(self.register.people[at], what, value)

    def register_again(self, who: int, registration: str, _: None) -> None:
        if place := self.place(who):
            key, row = place
            change_participant(participant=row, changes={"registration": registration})
            self.register.places[key] = registration

    def place(self, who: int) -> tuple[tuple[int, int], Participant] | None:
        """One of the places, of the register and the product."""
        keys = sorted(self.register.places)
        if not keys:
            return None
        key = keys[who % len(keys)]
        event, at = key
        row = Participant.objects.select_related("event").get(
            event=self.events[event], person=self.ids()[at]
        )
        return key, row

    def ids(self) -> list[int]:
        return list(self.people().values_list("pk", flat=True))

    def people(self) -> Any:
        organization = self.events[0].organization_id
        return Person.objects.filter(organization=organization).order_by("pk")

    def must_agree(self) -> None:
        people = list(self.people())
        assert [
            Someone(one.name, one.email, one.external_id) for one in people
        ] == self.register.people
        at = {one.pk: number for number, one in enumerate(people)}
        rows = Participant.objects.filter(event__in=self.events)
        events = {event.pk: number for number, event in enumerate(self.events)}
        assert {
            (events[row.event_id], at[row.person_id]): row.registration for row in rows
        } == self.register.places
        assert len(rows) == len(self.register.places)


def replayed() -> dict[tuple[int, int | None], dict[str, Any]]:
    """What the log says of people and their places, by person and event."""
    said: dict[tuple[int, int | None], dict[str, Any]] = {}
    for change in PersonChange.objects.order_by("pk").select_related("values"):
        key = change.person_id, change.event_id
        before, after = values_of(change)
        assert (before is None) == (key not in said)
        for name, value in (before or {}).items():
            assert said[key].get(name) in (value, None if value == "" else value)
        said[key] = said.get(key, {}) | after
    return said


def present() -> dict[tuple[int, int | None], dict[str, Any]]:
    found: dict[tuple[int, int | None], dict[str, Any]] = {}
    for one in Person.objects.all():
        found[one.pk, None] = {
            "name": one.name,
            "email": one.email,
            "external_id": one.external_id,
        }
    for row in Participant.objects.all():
        found[row.person_id, row.event_id] = {
            "role": row.role,
            "registration": row.registration,
            "enrolled": [
                [bound and bound.isoformat() for bound in span] for span in row.enrolled
            ],
        }
    return found


def without_empty(
    values: dict[tuple[int, int | None], dict[str, Any]],
) -> dict[tuple[int, int | None], dict[str, Any]]:
    return {
        key: {name: value for name, value in one.items() if value != ""}
        for key, one in values.items()
    }


@pytest.mark.slow
@pytest.mark.django_db
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.booleans(), st.lists(acts, min_size=3, max_size=12))
def test_nobody_is_doubled_renamed_or_robbed(
    names_first: bool, done: list[tuple[Any, ...]]
) -> None:
    first = [("file", 0, NAMES_ALONE, False)] if names_first else []
    with transaction.atomic():
        school = School()
        for act in first + done:
            school.do(act)
            school.must_agree()
        assert without_empty(replayed()) == without_empty(present())
        transaction.set_rollback(True)
