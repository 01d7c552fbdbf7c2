"""Adding people to a roster over REST: who is meant, and what the answer says."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from core.row_ids import BIGGEST_ID
from core.spans import Span
from events.invitations.answering import offered_people
from events.models import Event, Participant, Person
from events.people.services import update_person
from events.roster.places import change_participant
from tests.events.people.changes import changes_of
from tests.factories import (
    START,
    make_client,
    make_event,
    make_member,
    make_participant,
    make_person,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db

Add = Callable[..., tuple[int, dict[str, Any]]]


@pytest.fixture
def event() -> Event:
    return make_event()


@pytest.fixture
def add(event: Event) -> Add:
    client = make_client(make_member(event.organization))

    def send(**fields: Any) -> tuple[int, dict[str, Any]]:
        path = f"/api/events/{event.pk}/participants"
        answer = client.post(path, fields, format="json")
        return answer.status_code, answer.json()

    return send


def code(problem: dict[str, Any]) -> str:
    return str(problem["type"]).rpartition(":")[2]


# --- Who is meant ---------------------------------------------------------------------


def test_somebody_new(event: Event, add: Add) -> None:
    make_participant(event, name="Ben", email="a@b.de")
    status, said = add(name="Ana", email="a@b.de", external_id="7")
    assert (status, said["matched"]) == (201, None)
    person = Person.objects.get(pk=said["person"])
    assert (person.name, person.email, person.external_id) == ("Ana", "a@b.de", "7")


@pytest.mark.parametrize(
    ("fields", "matched"),
    [
        ({"name": "ANA", "email": "A@b.de"}, "address"),
        ({"name": "Ana", "external_id": "7"}, "number"),
        ({"name": "Ana", "external_id": "7", "email": "other@b.de"}, "number"),
        ({"name": "Lina", "person": "ana"}, "choice"),
    ],
)
def test_a_person_of_the_organization_gets_a_place_and_keeps_name_address_and_number(
    event: Event, add: Add, fields: dict[str, Any], matched: str
) -> None:
    ana = make_person(event.organization, name="Ana", email="a@b.de", external_id="7")
    if "person" in fields:
        fields = fields | {"person": ana.pk}
    status, said = add(**fields)
    assert (status, said["matched"], said["person"]) == (201, matched, ana.pk)
    assert (said["name"], said["email"], said["external_id"]) == ("Ana", "a@b.de", "7")
    assert Person.objects.count() == 1


def test_the_only_one_of_that_name_without_address_is_given_it(
    event: Event, add: Add
) -> None:
    bare = make_participant(event, name="Ana", email="", role="host")
    status, said = add(name="ana", email="a@b.de", external_id="7", role="attendee")
    assert (status, said["matched"], said["id"]) == (200, "name", bare.pk)
    assert (said["name"], said["email"], said["external_id"]) == ("Ana", "a@b.de", "7")
    assert said["role"] == "host"


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"name": "ANA"}, "Ana"),
        ({"name": "ANA", "external_id": "1"}, "Ana"),
        ({"name": "Ana", "external_id": "7"}, "Ben"),
        ({"name": "Ana", "external_id": "7", "email": "a@b.de"}, "Ben"),
    ],
)
def test_where_it_is_doubtful_the_candidates_are_named_and_nothing_is_stored(
    event: Event, add: Add, fields: dict[str, Any], name: str
) -> None:
    ana = make_participant(event, name="Ana", email="a@b.de")
    ben = make_participant(event, name="Ben", email="b@b.de", external_id="7")
    one = {"Ana": ana, "Ben": ben}[name]
    status, said = add(**fields)
    assert (status, code(said)) == (409, "doubtful")
    assert said["candidates"] == [
        {"person": one.person_id, "name": one.name}
        | {"email": one.email, "external_id": one.external_id}
    ]
    assert Person.objects.count() == Participant.objects.count() == 2


def test_what_the_request_says_settles_it(event: Event, add: Add) -> None:
    ana = make_participant(event, name="Ana", email="")
    status, said = add(name="Ana", new=True)
    assert (status, said["matched"]) == (201, None)
    assert said["person"] != ana.person_id
    elsewhere = make_person(event.organization, name="Ana", email="")
    status, said = add(name="Ana", person=elsewhere.pk, email="a@b.de")
    assert (status, said["matched"]) == (201, "choice")
    assert (said["person"], said["email"]) == (elsewhere.pk, "a@b.de")
    # No choice is as if nothing were said.
    assert add(name="Ana", person=None)[0] == 409


def test_who_is_on_the_roster_already_is_named(event: Event, add: Add) -> None:
    ana = make_participant(event, name="Ana", email="a@b.de", external_id="7")
    before = Person.objects.values().get()
    for fields in (
        {"email": "A@b.de", "language": "ar"},
        {"external_id": "7"},
        {"person": ana.person_id},
    ):
        status, said = add(name="ANA", **fields)
        assert (status, code(said)) == (409, "on_roster")
        assert (said["participant"], said["person"]) == (ana.pk, ana.person_id)
        assert "Ana is already on the roster." in said["detail"]
    assert Person.objects.values().get() == before


def test_a_number_is_taken_from_nobody(event: Event, add: Add) -> None:
    ben = make_person(event.organization, name="Ben", external_id="7")
    ana = make_person(event.organization, name="Ana")
    for chosen in ({"new": True}, {"person": ana.pk}):
        for name in ("Ana", "Ben"):
            status, said = add(name=name, external_id="7", **chosen)
            assert (status, code(said)) == (409, "number_taken")
            assert [error["field"] for error in said["errors"]] == ["external_id"]
            assert said["person"] == ben.pk
    assert not event.participants.exists()


def test_another_organization_may_have_the_same_number_and_people(
    event: Event, add: Add
) -> None:
    make_participant(name="Ana", email="a@b.de", external_id="7")
    status, said = add(name="Ana", email="a@b.de", external_id="7")
    assert (status, said["matched"]) == (201, None)


def test_a_person_of_nobody_or_of_others_is_unknown(event: Event, add: Add) -> None:
    foreign = make_person(name="Ana")
    answers = [add(name="Ana", person=pk) for pk in (foreign.pk, foreign.pk + 1000)]
    assert answers[0] == answers[1]
    status, said = answers[0]
    assert (status, code(said)) == (400, "does_not_exist")
    assert [error["field"] for error in said["errors"]] == ["person"]


@pytest.mark.parametrize(
    "odd", ["x", 0, -1, 1.5, True, [1], {}, "", BIGGEST_ID + 1, 10**30]
)
def test_only_a_whole_number_is_a_person(add: Add, odd: object) -> None:
    status, said = add(name="Ana", person=odd)
    assert status == 400
    assert [error["field"] for error in said["errors"]] == ["person"]


def test_the_named_account_is_asked_and_so_is_who_has_verified_the_address(
    event: Event, add: Add
) -> None:
    parent = make_user("parent")
    ana = make_user("ana", email="a@b.de", email_verified_at=timezone.now())
    assert add(name="Tom", user="parent")[1]["user"] == "parent"
    assert add(name="Eva", user="parent", email="a@b.de")[1]["user"] == "parent"
    assert add(name="Ana", email="A@b.de")[1]["user"] is None
    bare = make_participant(event, name="Lina", email="")
    add(name="Lina", email="a@b.de")
    assert (parent.people.count(), ana.people.count()) == (0, 0)
    assert len(offered_people(parent)) == 2
    assert len(offered_people(ana)) == 3
    assert bare.person_id in offered_people(ana)


# --- Opened again ---------------------------------------------------------------------


@pytest.mark.parametrize("registration", ["cancelled", "viewed"])
def test_a_place_that_is_not_taken_is_opened_again(
    event: Event, add: Add, registration: str
) -> None:
    make_session(event)
    place = make_participant(
        event, name="Ana", email="a@b.de", role="host", registration=registration
    )
    begun = timezone.now()
    status, said = add(name="Ana", email="a@b.de", time_zone="UTC")
    assert (status, said["id"], said["matched"]) == (200, place.pk, "address")
    assert (said["registration"], said["role"]) == ("registered", "host")
    assert said["time_zone"] == "UTC"
    place.refresh_from_db()
    assert place.cancelled_at is None
    assert place.latest.start
    assert place.latest.start > begun
    assert place.latest.end is None
    # Before their return they were enrolled as they were.
    assert len(place.enrolled) == (2 if registration == "cancelled" else 1)


def test_a_place_is_opened_as_it_is_asked_for(event: Event, add: Add) -> None:
    make_participant(event, name="Ana", email="a@b.de", registration="cancelled")
    status, said = add(
        name="Ana",
        email="a@b.de",
        role="host",
        registration="waitlisted",
        enrolled_from=None,
    )
    assert (status, said["role"], said["registration"]) == (200, "host", "waitlisted")


# --- Since when -----------------------------------------------------------------------


def bounds(said: dict[str, Any]) -> tuple[object, object]:
    assert said["enrolments"][-1] == {
        "from": said["enrolled_from"],
        "until": said["enrolled_until"],
    }
    return said["enrolled_from"], said["enrolled_until"]


def test_before_the_first_session_is_over_people_belong_from_the_beginning(
    event: Event, add: Add
) -> None:
    make_session(event, starts_at=timezone.now() - timedelta(minutes=5))
    make_session(event, cancelled_at=timezone.now())
    assert bounds(add(name="Ana")[1]) == (None, None)


def test_afterwards_from_now_unless_the_request_says_otherwise(
    event: Event, add: Add
) -> None:
    make_session(event)
    begun = timezone.now()
    since, until = bounds(add(name="Ana")[1])
    assert begun < datetime.fromisoformat(str(since)) < timezone.now()
    assert until is None
    assert bounds(add(name="Ben", enrolled_from=None)[1]) == (None, None)
    said = add(
        name="Eva",
        enrolled_from="2026-03-01T03:00:00+03:00",
        enrolled_until="2026-03-09T00:00:00Z",
    )[1]
    assert bounds(said) == ("2026-03-01T00:00:00Z", "2026-03-09T00:00:00Z")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"enrolled_until": "2026-03-09T00:00:00Z"}, 400),
        (
            {
                "enrolled_from": "2026-03-09T00:00:00Z",
                "enrolled_until": "2026-03-09T00:00:00Z",
            },
            400,
        ),
        ({"registration": "cancelled", "enrolled_until": "2090-01-01T00:00:00Z"}, 409),
        ({"registration": "cancelled", "enrolled_from": None}, 409),
    ],
)
def test_an_enrolment_that_cannot_be_is_refused(
    event: Event, add: Add, fields: dict[str, Any], status: int
) -> None:
    make_session(event)
    answer, said = add(name="Ana", **fields)
    assert answer == status
    assert [error["field"] for error in said["errors"]] == ["enrolled_until"]
    assert not Person.objects.exists()


def test_two_spans_that_meet_are_one_in_the_answer_and_the_log(event: Event) -> None:
    day = timedelta(days=1)
    spans = [Span(START, START + day), Span(START + 2 * day, None)]
    place = make_participant(event, enrolled=spans)
    changed = change_participant(
        participant=place, changes={"enrolled_from": START + day}
    )
    assert changed.enrolled == (Span(START, None),)
    place.refresh_from_db()
    assert place.enrolled == changed.enrolled
    [(_, _, after)] = changes_of(place.person)
    assert after == {"enrolled": [[START.astimezone(UTC).isoformat(), None]]}


# --- Changing -------------------------------------------------------------------------


def test_a_change_to_a_number_of_somebody_else_is_409(event: Event) -> None:
    client = make_client(make_member(event.organization))
    make_participant(make_event(event.organization), external_id="7")
    ana = make_participant(event, name="Ana")
    answer = client.patch(f"/api/participants/{ana.pk}", {"external_id": "7"})
    assert answer.status_code == 409
    assert [one["field"] for one in answer.json()["errors"]] == ["external_id"]
    ana.refresh_from_db()
    assert ana.external_id == ""
    assert changes_of(ana.person) == []


@pytest.mark.parametrize(
    ("sent", "field"),
    [({"external_id": "77"}, "external_id"), ({"user": "stranger"}, "user")],
)
def test_a_number_or_an_account_that_differs_is_not_overlooked(
    event: Event, add: Add, sent: dict[str, str], field: str
) -> None:
    make_user("stranger")
    person = make_person(
        event.organization, name="Ana", external_id="12", user=make_user("mum")
    )
    status, problem = add(name="Ana", person=person.pk, **sent)
    assert (status, problem["errors"][0]["field"]) == (409, field)
    assert not event.participants.exists()


def test_an_account_that_comes_later_is_not_shown_by_somebody_elses_decision(
    event: Event,
) -> None:
    person = make_person(event.organization, show_on_leaderboard=True)
    changed = update_person(person=person, changes={"user": make_user()}, by=None)
    assert not changed.show_on_leaderboard
