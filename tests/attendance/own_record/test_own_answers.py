"""What people say themselves over REST: whether they came, how it was, who sees it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine

from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.models import Attendance, Feedback, OwnAnswer
from events.models import Event, Participant, Role, User
from tests.answers import errors
from tests.factories import (
    START,
    make_client,
    make_event,
    make_invitation,
    make_member,
    make_participant,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db
AFTERWARDS = START + timedelta(hours=4)
WAYS: dict[str, dict[str, Any]] = {
    "attendance": {"attended": True},
    "feedback": {"rating": 5, "text": "Good"},
    "privacy": {"show_on_profile": False},
}
each_way = pytest.mark.parametrize("way", WAYS)
each_answer = pytest.mark.parametrize("way", ["attendance", "feedback"])


def send(
    user: User,
    event: Event | int,
    way: str,
    *,
    now: datetime = AFTERWARDS,
    **more: Any,
) -> Any:
    client = make_client(user)
    method = client.patch if way == "privacy" else client.put
    pk = event if isinstance(event, int) else event.pk
    with time_machine.travel(now, tick=False):
        return method(f"/api/me/events/{pk}/{way}", WAYS[way] | more)


def test_a_yes_decides_where_nothing_else_does() -> None:
    place = make_participant(user=make_user())
    assert place.user
    answer = send(place.user, place.event, "attendance")
    assert answer.status_code == 200
    decision = Attendance.objects.get(participant=place)
    told = answer.json()
    assert (told["id"], told["status"], told["source"]) == (
        decision.pk,
        "present",
        "self_reported",
    )
    assert told["self_reported"]["attended"] is True
    assert OwnAnswer.objects.get().actor == place.user
    assert (
        send(place.user, place.event, "attendance", attended=False).json()["status"]
        == "absent"
    )


def test_it_stands_beside_what_people_marked() -> None:
    session = make_session()
    place = make_participant(session.event, user=make_user())
    by = make_member(session.event.organization)
    mark(Place(session.event, session), [Mark(place, "absent")], by=by, now=START)
    assert place.user
    told = send(place.user, session.event, "attendance").json()
    assert (told["status"], told["source"]) == ("absent", "manual")
    assert told["self_reported"]["attended"] is True


def test_feedback_is_kept_in_place_of_what_was_said_before() -> None:
    place = make_participant(user=make_user())
    assert place.user
    assert send(place.user, place.event, "feedback").json() == {
        "participant": place.pk,
        "rating": 5,
        "text": "Good",
    }
    send(place.user, place.event, "feedback", rating=2, text="")
    assert Feedback.objects.values_list("rating", "text").get() == (2, "")


def test_who_may_see_it_is_changed_one_by_one() -> None:
    place = make_participant(user=make_user())
    assert place.user
    told = send(place.user, place.event, "privacy").json()
    assert told == {
        "participant": place.pk,
        "show_on_profile": False,
        "show_to_other_orgs": False,
    }
    send(place.user, place.event, "privacy", show_to_other_orgs=True)
    place.refresh_from_db()
    assert (place.show_on_profile, place.show_to_other_orgs) == (False, True)


@each_way
def test_a_parent_says_for_whom(way: str) -> None:
    parent, event = make_user(), make_event()
    children = [
        make_participant(event, name=name, user=parent) for name in ("Amal", "Basil")
    ]
    refused = send(parent, event, way)
    assert refused.status_code == 409
    assert refused.json()["participants"] == [
        {"id": child.pk, "name": child.name} for child in children
    ]
    chosen = send(parent, event, way, participant=children[1].pk)
    assert chosen.status_code == 200
    answered = chosen.json()["participant"]
    assert (answered["id"] if way == "attendance" else answered) == children[1].pk
    stranger = make_participant(event)
    wrong = send(parent, event, way, participant=stranger.pk)
    assert (wrong.status_code, list(errors(wrong))) == (400, ["participant"])


@each_way
def test_an_event_without_a_place_of_theirs_is_unknown(way: str) -> None:
    event = make_event()
    stranger = make_participant(event)
    for user in (make_user(), make_member(event.organization, Role.OWNER)):
        for pk in (event.pk, 999_999_999):
            assert send(user, pk, way).status_code == 404
            answer = send(user, pk, way, participant=stranger.pk)
            assert answer.status_code == 404


def offer(user: User) -> Participant:
    child = make_participant(name="Amal")
    by = make_member(child.event.organization, Role.OWNER)
    make_invitation(child.event.organization, user, by=by, person=child.person)
    return child


@each_answer
def test_answering_accepts_a_place_that_is_offered(way: str) -> None:
    user = make_user()
    child = offer(user)
    assert make_client(user).get(f"/api/events/{child.event_id}").status_code == 404
    assert send(user, child.event, way).status_code == 200
    child.person.refresh_from_db()
    assert child.person.user == user
    assert make_client(user).get(f"/api/events/{child.event_id}").status_code == 200


def test_setting_who_sees_it_accepts_nothing() -> None:
    user = make_user()
    child = offer(user)
    assert send(user, child.event, "privacy").status_code == 404


@each_answer
def test_a_refused_answer_accepts_nothing(way: str) -> None:
    user = make_user()
    child = offer(user)
    late = child.event.end + timedelta(days=14)
    assert send(user, child.event, way, now=late).status_code == 409
    child.person.refresh_from_db()
    assert child.person.user is None


@each_answer
def test_after_14_days_it_is_too_late(way: str) -> None:
    place = make_participant(user=make_user())
    until = place.event.end + timedelta(days=14)
    assert place.user
    just = send(place.user, place.event, way, now=until - timedelta(seconds=1))
    assert just.status_code == 200
    late = send(place.user, place.event, way, now=until)
    assert late.status_code == 409
    assert "14 days" in late.json()["detail"]
    assert send(place.user, place.event, "privacy", now=until).status_code == 200


@pytest.mark.parametrize(
    ("way", "sent", "field"),
    [
        ("attendance", {"attended": "perhaps"}, "attended"),
        ("feedback", {"rating": 0}, "rating"),
        ("feedback", {"rating": 6}, "rating"),
        ("feedback", {"text": "x" * 3000}, "text"),
        ("privacy", {"show_on_profile": "some"}, "show_on_profile"),
    ],
)
def test_what_makes_no_sense_is_named(
    way: str, sent: dict[str, Any], field: str
) -> None:
    place = make_participant(user=make_user())
    assert place.user
    answer = send(place.user, place.event, way, **sent)
    assert (answer.status_code, list(errors(answer))) == (400, [field])
