"""The log of people: each act leaves the right rows, and nobody can change them."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from events.models import (
    Event,
    Participant,
    Person,
    PersonChange,
    PersonChangeValues,
    User,
)
from events.people.changes import digest_of
from events.people.services import update_person
from events.roster.adding import add_participant
from events.roster.importing import import_roster
from events.roster.places import change_participant, rejoin
from tests.events.people.changes import changes_of
from tests.factories import make_event, make_member, make_participant, make_user

pytestmark = pytest.mark.django_db

ALWAYS = [[None, None]]
REGISTERED = {"role": "attendee", "registration": "registered", "enrolled": ALWAYS}


@pytest.fixture
def event() -> Event:
    return make_event(starts_at=timezone.now() + timedelta(days=1))


@pytest.fixture
def by(event: Event) -> User:
    return make_member(event.organization)


@pytest.fixture
def ana(event: Event) -> Participant:
    return make_participant(event, name="Ana", email="")


def by_file(event: Event, by: User, *lines: str) -> None:
    content = "\n".join(["name,email,external_id,registration", *lines])
    import_roster(event=event, content=content.encode(), by=by)


Act = Callable[[Event, Participant, User], object]

# What is done to Ana, of whom only the name is known, and what the log says.
ACTS: dict[str, tuple[Act, list[tuple[Any, Any]]]] = {
    "given an address by name": (
        lambda event, ana, by: add_participant(
            event=event, name="ANA", email="a@b.de", by=by
        ),
        [({"email": ""}, {"email": "a@b.de"})],
    ),
    "given address and number by a file": (
        lambda event, ana, by: by_file(event, by, "Ana,a@b.de,7,"),
        [({"email": "", "external_id": ""}, {"email": "a@b.de", "external_id": "7"})],
    ),
    "added to another roster": (
        lambda event, ana, by: add_participant(
            event=make_event(
                event.organization, starts_at=timezone.now() + timedelta(days=1)
            ),
            name="Ana",
            person=ana.person_id,
            role="host",
            by=by,
        ),
        [(None, REGISTERED | {"role": "host"})],
    ),
    "renamed": (
        lambda event, ana, by: change_participant(
            participant=ana, changes={"name": "Anna"}, by=by
        ),
        [({"name": "Ana"}, {"name": "Anna"})],
    ),
    "changed as a person and on the roster": (
        lambda event, ana, by: change_participant(
            participant=ana, changes={"language": "ar", "role": "host"}, by=by
        ),
        [
            ({"language": ""}, {"language": "ar"}),
            ({"role": "attendee"}, {"role": "host"}),
        ],
    ),
    "in a file of which another line is doubtful": (
        lambda event, ana, by: by_file(event, by, "Ana,a@b.de,,", "Ana,,,"),
        [],
    ),
    "changed to what it is": (
        lambda event, ana, by: change_participant(
            participant=ana,
            changes={"name": "Ana", "role": "attendee", "enrolled_from": None},
            by=by,
        ),
        [],
    ),
    "given an account": (
        lambda event, ana, by: change_participant(
            participant=ana, changes={"user": make_user("ana")}, by=by
        ),
        [({"user": None}, {"user": "ana"})],
    ),
}


@pytest.mark.parametrize("what", ACTS)
def test_an_act_leaves_who_before_and_after(
    event: Event, by: User, ana: Participant, what: str
) -> None:
    act, rows = ACTS[what]
    act(event, ana, by)
    assert changes_of(ana.person) == [(by.username, *row) for row in rows]


def test_somebody_new_leaves_a_row_for_the_person_and_one_for_the_place(
    event: Event, by: User
) -> None:
    # Who is offered the place, but not connected by it.
    make_user("ana", email="a@b.de", email_verified_at=timezone.now())
    add_participant(event=event, name="Ana", email="a@b.de", by=by)
    by_file(event, by, "Ben,b@b.de,7,waitlisted")
    ana, ben = Person.objects.order_by("pk")
    known = {"name": "Ana", "email": "a@b.de"}
    assert changes_of(ana) == [
        (by.username, None, known),
        (by.username, None, REGISTERED),
    ]
    known = {"name": "Ben", "email": "b@b.de", "external_id": "7"}
    assert changes_of(ben) == [
        (by.username, None, known),
        (by.username, None, REGISTERED | {"registration": "waitlisted"}),
    ]
    events = PersonChange.objects.order_by("pk").values_list("event", flat=True)
    assert list(events) == [None, event.pk, None, event.pk]


def test_who_cancels_and_returns_leaves_the_spans(
    event: Event, by: User, ana: Participant
) -> None:
    for registration in ("cancelled", "registered"):
        change_participant(
            participant=ana, changes={"registration": registration}, by=by
        )
    gone, back = changes_of(ana.person)
    ended = gone[2]["enrolled"]
    assert gone[1:] == (
        {"registration": "registered", "enrolled": ALWAYS},
        {"registration": "cancelled", "enrolled": ended},
    )
    assert ended[0][0] is None
    assert back[1] == gone[2]
    assert back[2]["enrolled"][0] == ended[0]
    assert back[2]["enrolled"][1][1] is None


def test_what_no_person_did_says_so(event: Event) -> None:
    place = make_participant(event, email="a@b.de", registration="waitlisted")
    user = make_user("ana", email="a@b.de", email_verified_at=timezone.now())
    update_person(person=place.person, changes={"user": user}, by=None)
    update_person(person=place.person, changes={"language": "ar"}, by=None)
    rejoin(place, "walk_in", by=None)
    assert [who for who, *_ in changes_of(place.person)] == ["", "", ""]


# --- What stands ----------------------------------------------------------------------


def test_the_digest_is_that_of_what_is_stored(event: Event, by: User) -> None:
    add_participant(event=event, name="Ana “\\u0041” محمد 🙂", email="a@b.de", by=by)
    change_participant(
        participant=event.participants.get(),
        changes={"registration": "cancelled", "name": "B'n"},
        by=by,
    )
    changes = PersonChange.objects.select_related("values")
    assert len(changes) == 4
    for change in changes:
        values = change.values
        digest = digest_of(bytes(values.salt), values.before, values.after)
        assert digest == bytes(change.values_digest)
    assert len({bytes(change.values.salt) for change in changes}) == 4


def test_values_can_be_erased_and_what_happened_stays(event: Event, by: User) -> None:
    add_participant(event=event, name="Ana", by=by)
    PersonChangeValues.objects.all().delete()
    assert PersonChange.objects.count() == 2
    for statement in (
        "UPDATE events_personchange SET actor_id = NULL",
        "DELETE FROM events_personchange",
    ):
        with (
            pytest.raises(DatabaseError, match="append-only"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)
