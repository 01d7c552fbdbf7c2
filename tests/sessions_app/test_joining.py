"""REST of tokens to join the room of a session."""

from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
import time_machine
from pytest_django import Settings
from rest_framework.test import APIClient

from events.models import Registration, Role
from sessions_app.models import LiveSession
from tests.factories import (
    START,
    make_client,
    make_member,
    make_participant,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db
END = START + timedelta(hours=1)
HOUR = timedelta(hours=1)


def organizer(session: LiveSession) -> APIClient:
    return make_client(make_member(session.event.organization))


def fields(response: Any) -> list[str]:
    return [error["field"] for error in response.json()["errors"]]


@pytest.fixture
def livekit(settings: Settings) -> Settings:
    settings.LIVEKIT_URL = "wss://livekit.example.com"
    settings.LIVEKIT_API_KEY = "key"
    settings.LIVEKIT_API_SECRET = "secret" * 6
    return settings


def claims(token: str) -> dict[str, Any]:
    decoded: dict[str, Any] = jwt.decode(
        token, "secret" * 6, algorithms=["HS256"], options={"verify_exp": False}
    )
    return decoded


@pytest.mark.usefixtures("livekit")
def test_who_is_on_the_roster_gets_a_token_for_this_room_alone() -> None:
    session = make_session(starts_at=datetime(2090, 3, 2, tzinfo=UTC))
    me = make_participant(session.event, user=make_user(), name="Ali")
    assert me.user is not None
    answer = make_client(me.user).post(f"/api/sessions/{session.pk}/join-token")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    given = answer.json()
    assert given["url"] == "wss://livekit.example.com"
    assert given["room_name"] == session.room_name
    assert given["identity"] == me.identity
    token = claims(given["token"])
    assert token["sub"] == me.identity
    assert token["name"] == "Ali"
    assert token["video"]["room"] == session.room_name
    assert token["video"]["roomJoin"] is True
    ends_at = datetime.fromisoformat(given["expires_at"]).timestamp()
    assert token["exp"] == pytest.approx(ends_at, abs=2)


@pytest.mark.usefixtures("livekit")
def test_whose_account_stands_for_several_people_says_who_joins() -> None:
    session = make_session(starts_at=datetime(2090, 3, 2, tzinfo=UTC))
    mother = make_user(first_name="Hala")
    ali, sara = [
        make_participant(session.event, user=mother, name=name)
        for name in ("Ali", "Sara")
    ]
    client, path = make_client(mother), f"/api/sessions/{session.pk}/join-token"
    unsaid = client.post(path)
    assert unsaid.status_code == 409
    assert unsaid.json()["type"].endswith("which_person")
    assert unsaid.json()["participants"] == [
        {"id": ali.pk, "name": "Ali"},
        {"id": sara.pk, "name": "Sara"},
    ]
    given = client.post(path, {"participant": sara.pk}).json()
    assert given["identity"] == sara.identity
    assert claims(given["token"])["name"] == "Sara"
    foreign = client.post(path, {"participant": make_participant(session.event).pk})
    assert (foreign.status_code, fields(foreign)) == (400, ["participant"])


@pytest.mark.usefixtures("livekit")
def test_a_token_ends_an_hour_after_the_session() -> None:
    session = make_session()
    me = make_participant(session.event, user=make_user())
    assert me.user is not None
    client = make_client(me.user)
    with time_machine.travel(START - HOUR, tick=False):
        client.force_login(me.user)
        given = client.post(f"/api/sessions/{session.pk}/join-token").json()
    assert given["expires_at"] == (END + HOUR).isoformat().replace("+00:00", "Z")


@pytest.mark.usefixtures("livekit")
def test_a_token_lasts_a_day_at_most() -> None:
    session = make_session()
    person = make_participant(session.event)
    with time_machine.travel(START - 30 * HOUR, tick=False):
        answer = organizer(session).post(
            f"/api/sessions/{session.pk}/join-token", {"participant": person.pk}
        )
    given = (START - 6 * HOUR).isoformat().replace("+00:00", "Z")
    assert answer.json()["expires_at"] == given


@pytest.mark.usefixtures("livekit")
def test_organizers_get_a_token_for_somebody_on_the_roster() -> None:
    session = make_session(starts_at=datetime(2090, 3, 2, tzinfo=UTC))
    ali = make_participant(session.event)
    client = organizer(session)
    path = f"/api/sessions/{session.pk}/join-token"
    given = client.post(path, {"participant": ali.pk})
    assert given.json()["identity"] == ali.identity
    foreign = client.post(path, {"participant": make_participant().pk})
    assert (foreign.status_code, fields(foreign)) == (400, ["participant"])
    assert client.post(path).status_code == 403


@pytest.mark.usefixtures("livekit")
@pytest.mark.parametrize("who", ["attendee", "host", "viewer"])
def test_nobody_else_gets_a_token_for_another(who: str) -> None:
    session = make_session(starts_at=datetime(2090, 3, 2, tzinfo=UTC))
    other = make_participant(session.event)
    if who == "viewer":
        user = make_member(session.event.organization, Role.VIEWER)
    else:
        user = make_user()
        make_participant(session.event, user=user, role=who)
    answer = make_client(user).post(
        f"/api/sessions/{session.pk}/join-token", {"participant": other.pk}
    )
    assert answer.status_code == (400 if who == "attendee" else 403)


@pytest.mark.usefixtures("livekit")
@pytest.mark.parametrize(
    ("session_fields", "registration", "code"),
    [
        ({"cancelled_at": START}, Registration.REGISTERED, "session_cancelled"),
        ({"ended_at": START + HOUR / 2}, Registration.REGISTERED, "session_ended"),
        ({}, Registration.REGISTERED, "session_ended"),
        (
            {"starts_at": datetime(2090, 3, 2, tzinfo=UTC)},
            Registration.CANCELLED,
            "not_registered",
        ),
    ],
)
def test_there_is_no_token_for_what_is_over_or_cancelled(
    session_fields: dict[str, Any], registration: str, code: str
) -> None:
    session = make_session(**session_fields)
    me = make_participant(session.event, user=make_user(), registration=registration)
    assert me.user is not None
    answer = make_client(me.user).post(f"/api/sessions/{session.pk}/join-token")
    assert answer.status_code == 409
    assert answer.json()["type"].endswith(code)


@pytest.mark.usefixtures("livekit")
def test_only_organizers_let_in_who_waits() -> None:
    session = make_session(starts_at=datetime(2090, 3, 2, tzinfo=UTC))
    waits = {"registration": Registration.WAITLISTED, "waitlisted_at": START}
    me = make_participant(session.event, user=make_user(), **waits)
    assert me.user is not None
    path = f"/api/sessions/{session.pk}/join-token"
    for sent in ({}, {"participant": me.pk}):
        refused = make_client(me.user).post(path, sent)
        assert refused.status_code == 409
        assert refused.json()["detail"] == "You are on the waiting list."
    given = organizer(session).post(path, {"participant": me.pk})
    assert given.json()["identity"] == me.identity


def test_without_a_server_the_answer_says_what_to_set(
    settings: Settings,
) -> None:
    settings.LIVEKIT_URL = ""
    session = make_session(starts_at=datetime(2090, 3, 2, tzinfo=UTC))
    me = make_participant(session.event, user=make_user())
    assert me.user is not None
    answer = make_client(me.user).post(f"/api/sessions/{session.pk}/join-token")
    assert answer.status_code == 503
    assert "LIVEKIT_URL" in answer.json()["detail"]
