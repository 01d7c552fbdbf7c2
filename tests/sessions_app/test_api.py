"""REST of live sessions, as people use it."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from rest_framework.test import APIClient

from events.models import Event, EventState, Role, User
from sessions_app.models import LiveSession, Mode
from tests.answers import errors
from tests.factories import (
    START,
    make_client,
    make_connection,
    make_event,
    make_member,
    make_participant,
    make_presence_event,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db
END = START + timedelta(hours=1)
HOUR = timedelta(hours=1)


def organizer(session: LiveSession) -> APIClient:
    return make_client(make_member(session.event.organization))


def new_session(event: Event, **changes: Any) -> dict[str, Any]:
    return {
        "event": event.pk,
        "title": "Lesson",
        "session_type": "quran",
        "starts_at": "2026-03-02T10:00:00Z",
        "ends_at": "2026-03-02T11:00:00Z",
    } | changes


# --- Scheduling -----------------------------------------------------------------------


def test_a_session_gets_a_room_of_its_organization() -> None:
    event = make_event()
    client = make_client(make_member(event.organization))
    answer = client.post("/api/sessions", new_session(event))
    assert answer.status_code == 201
    session = answer.json()
    assert session["room_name"].startswith(f"{event.organization.slug}_")
    assert session["window"] == {
        "starts_at": "2026-03-02T10:00:00Z",
        "ends_at": "2026-03-02T11:00:00Z",
    }
    assert client.get(f"/api/sessions/{session['id']}").json() == session


def test_a_session_is_online_unless_told_otherwise() -> None:
    event = make_event()
    client = make_client(make_member(event.organization))
    session = client.post("/api/sessions", new_session(event)).json()
    assert session["mode"] == "online"
    path = f"/api/sessions/{session['id']}"
    for mode in Mode.values:
        assert client.patch(path, {"mode": mode}).json()["mode"] == mode
        assert client.get(path).json()["mode"] == mode


def test_a_mode_that_there_is_not_is_told_those_that_there_are() -> None:
    event = make_event()
    client = make_client(make_member(event.organization))
    answer = client.post("/api/sessions", new_session(event, mode="at home {0}"))
    assert errors(answer) == {"mode": "invalid_choice"}
    [error] = answer.json()["errors"]
    assert "“at home {0}”" in error["detail"]
    assert f"one of: {', '.join(Mode.values)}." in error["detail"]


def test_a_room_of_another_organization_is_400() -> None:
    event = make_event()
    other = make_event().organization
    client = make_client(make_member(event.organization))
    slug = event.organization.slug
    for room in ("room", f"{other.slug}_room", slug, f"{slug}_", f"{slug}x_room"):
        answer = client.post("/api/sessions", new_session(event, room_name=room))
        assert errors(answer) == {"room_name": "room_of_another"}, room
    good = client.post("/api/sessions", new_session(event, room_name=f"{slug}_1"))
    path = f"/api/sessions/{good.json()['id']}"
    answer = client.patch(path, {"room_name": f"{other.slug}_room"})
    assert errors(answer) == {"room_name": "room_of_another"}


def test_a_room_that_is_taken_is_409_and_names_the_session_in_it() -> None:
    there = make_session()
    room = there.room_name
    client = organizer(there)
    answer = client.post("/api/sessions", new_session(there.event, room_name=room))
    assert answer.status_code == 409
    assert answer.json()["session"] == there.pk
    assert there.title in answer.json()["detail"]
    assert errors(answer) == {"room_name": "room_taken"}
    after = new_session(
        there.event,
        room_name=room,
        starts_at="2026-03-02T11:00:00Z",
        ends_at="2026-03-02T12:00:00Z",
    )
    created = client.post("/api/sessions", after)
    assert created.status_code == 201
    moved = client.patch(
        f"/api/sessions/{created.json()['id']}", {"starts_at": "2026-03-02T10:59:59Z"}
    )
    assert (moved.status_code, moved.json()["session"]) == (409, there.pk)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"ends_at": "2026-03-02T10:00:00Z"}, "ends_at"),
        ({"starts_at": "2026-03-02T10:00:00"}, "starts_at"),
        ({"starts_at": "1999-12-31T23:59:59Z"}, "starts_at"),
        ({"starts_at": None}, "starts_at"),
        ({"session_type": "party"}, "session_type"),
        ({"mode": "at home"}, "mode"),
        ({"mode": None}, "mode"),
        ({"room_name": "x" * 257}, "room_name"),
        ({"room_name": "a\x00"}, "room_name"),
        ({"title": ""}, "title"),
        ({"event": 0}, "event"),
        ({"ends_at": "2026-03-09T10:00:01Z"}, "ends_at"),
        ({"ends_at": "2099-03-02T10:00:00Z"}, "ends_at"),
    ],
)
def test_a_bad_session_names_the_field(changes: dict[str, Any], field: str) -> None:
    event = make_event()
    client = make_client(make_member(event.organization))
    answer = client.post("/api/sessions", new_session(event) | changes)
    assert (answer.status_code, list(errors(answer))) == (400, [field])


def test_a_foreign_event_does_not_exist_and_a_seen_one_is_not_ones_own() -> None:
    event = make_event()
    stranger = make_client(make_user())
    answer = stranger.post("/api/sessions", new_session(event))
    assert errors(answer) == {"event": "does_not_exist"}
    viewer = make_client(make_member(event.organization, Role.VIEWER))
    assert viewer.post("/api/sessions", new_session(event)).status_code == 403
    attendee = make_participant(event, user=make_user()).user
    assert isinstance(attendee, User)
    answer = make_client(attendee).post("/api/sessions", new_session(event))
    assert answer.status_code == 403


def test_a_cancelled_event_gets_no_further_session() -> None:
    event = make_event(state=EventState.CANCELLED)
    client = make_client(make_member(event.organization))
    assert client.post("/api/sessions", new_session(event)).status_code == 409


def test_sessions_can_be_asked_for_by_event_type_and_organization() -> None:
    event = make_event()
    quran = make_session(event, session_type="quran")
    make_session(event)
    user = make_member(event.organization)
    client = make_client(user)
    path = f"/api/sessions?event={event.pk}&session_type=quran"
    path += f"&organization={event.organization.pk}"
    assert [row["id"] for row in client.get(path).json()["results"]] == [quran.pk]
    assert client.get("/api/sessions?event=999999").json()["count"] == 0


# --- Ending ---------------------------------------------------------------------------


@time_machine.travel(END + HOUR, tick=False)
def test_a_session_ends_now_or_when_an_organizer_says() -> None:
    session = make_session()
    client = organizer(session)
    path = f"/api/sessions/{session.pk}/end"
    assert client.post(path).json()["ended_at"] == "2026-03-02T12:00:00Z"
    answer = client.post(path, {"ended_at": "2026-03-02T13:30:00+03:00"})
    assert answer.json()["ended_at"] == "2026-03-02T10:30:00Z"
    assert answer.json()["window"]["ends_at"] == "2026-03-02T10:30:00Z"


@pytest.mark.parametrize(
    ("ended_at", "code"),
    [
        (START, "ended_before_start"),
        (END + timedelta(hours=24, seconds=1), "ended_too_late"),
        (END + timedelta(days=3), "in_the_future"),
    ],
)
@time_machine.travel(END + timedelta(days=2), tick=False)
def test_an_end_that_cannot_be_is_400(ended_at: datetime, code: str) -> None:
    session = make_session()
    answer = organizer(session).post(
        f"/api/sessions/{session.pk}/end", {"ended_at": ended_at.isoformat()}
    )
    assert (answer.status_code, errors(answer)) == (400, {"ended_at": code})


def test_an_end_beyond_the_next_session_in_the_room_is_409() -> None:
    session = make_session()
    following = make_session(
        session.event, room_name=session.room_name, starts_at=END + HOUR
    )
    client = organizer(session)
    path = f"/api/sessions/{session.pk}/end"
    until = client.post(path, {"ended_at": (END + HOUR).isoformat()})
    assert until.status_code == 200
    beyond = client.post(path, {"ended_at": (END + 2 * HOUR).isoformat()})
    assert (beyond.status_code, beyond.json()["session"]) == (409, following.pk)


def test_a_cancelled_session_does_not_end() -> None:
    session = make_session(cancelled_at=START)
    assert organizer(session).post(f"/api/sessions/{session.pk}/end").status_code == 409


def test_a_schedule_keeps_the_real_end_within_it() -> None:
    session = make_session(ended_at=END)
    client = organizer(session)
    path = f"/api/sessions/{session.pk}"
    behind = {"starts_at": END.isoformat(), "ends_at": (END + HOUR).isoformat()}
    answer = client.patch(path, behind)
    assert (answer.status_code, list(errors(answer))) == (400, ["starts_at"])
    assert answer.json()["detail"] == (
        "The session ended on Mon 2 Mar 2026, 11:00 (UTC): it must start before that."
    )
    day = 24 * HOUR
    before = {
        "starts_at": (START - 2 * day).isoformat(),
        "ends_at": (END - day - HOUR).isoformat(),
    }
    answer = client.patch(path, before)
    assert (answer.status_code, list(errors(answer))) == (400, ["ends_at"])


def test_times_in_messages_are_those_of_the_events_zone() -> None:
    there = make_session(make_event(time_zone="Asia/Riyadh"))
    client = organizer(there)
    sent = new_session(there.event, room_name=there.room_name)
    taken = client.post("/api/sessions", sent).json()["detail"]
    assert "from Mon 2 Mar 2026, 13:00 (Asia/Riyadh)." in taken
    client.credentials(HTTP_ACCEPT_LANGUAGE="ar")
    taken = client.post("/api/sessions", sent).json()["detail"]
    assert "2 مارس 2026، 13:00 (Asia/Riyadh)" in taken


# --- Cancelling -----------------------------------------------------------------------


def test_cancelling_frees_the_room_and_restoring_needs_it_free() -> None:
    session = make_session()
    client = organizer(session)
    path = f"/api/sessions/{session.pk}"
    cancelled = client.post(f"{path}/cancel").json()["cancelled_at"]
    assert cancelled
    assert client.post(f"{path}/cancel").json()["cancelled_at"] == cancelled
    other = make_session(session.event, room_name=session.room_name)
    taken = client.post(f"{path}/restore")
    assert (taken.status_code, taken.json()["session"]) == (409, other.pk)
    other.delete()
    assert client.post(f"{path}/restore").json()["cancelled_at"] is None


def test_cancelling_an_event_cancels_its_sessions() -> None:
    session = make_session()
    earlier = make_session(session.event, cancelled_at=START)
    client = organizer(session)
    answer = client.post(f"/api/events/{session.event.pk}/cancel")
    assert (answer.status_code, answer.json()["state"]) == (200, "cancelled")
    session.refresh_from_db()
    earlier.refresh_from_db()
    assert session.cancelled_at is not None
    assert earlier.cancelled_at == START
    assert client.post(f"/api/events/{session.event.pk}/cancel").status_code == 200


@pytest.mark.parametrize("state", ["draft", "scheduled"])
def test_restoring_a_session_makes_its_event_what_it_was(state: str) -> None:
    session = make_session(make_event(state=state))
    client = organizer(session)
    path = f"/api/events/{session.event.pk}"
    for _ in range(2):
        client.post(f"{path}/cancel")
    assert client.post(f"/api/sessions/{session.pk}/restore").status_code == 200
    assert client.get(path).json()["state"] == state


def test_an_event_published_since_stays_so_when_a_session_is_restored() -> None:
    session = make_session(make_event(state=EventState.DRAFT))
    client = organizer(session)
    path = f"/api/events/{session.event.pk}"
    for step in ("cancel", "publish"):
        client.post(f"{path}/{step}")
    client.post(f"/api/sessions/{session.pk}/restore")
    assert client.get(path).json()["state"] == "scheduled"


def test_an_event_of_which_nobody_knows_what_it_was_becomes_a_draft() -> None:
    session = make_session(make_event(state=EventState.CANCELLED))
    client = organizer(session)
    client.post(f"/api/sessions/{session.pk}/restore")
    path = f"/api/events/{session.event.pk}"
    assert client.get(path).json()["state"] == "draft"


# --- Logs -----------------------------------------------------------------------------


def test_organizers_read_the_facts_of_the_room_newest_first() -> None:
    session = make_session()
    facts = [make_presence_event(session) for _ in range(3)]
    make_presence_event(session, occurred_at=START - timedelta(hours=2))
    make_presence_event(make_session())
    client = organizer(session)
    path = f"/api/sessions/{session.pk}/presence-events"
    page = client.get(f"{path}?page_size=2").json()
    assert page.keys() == {"next", "previous", "results"}
    assert [row["id"] for row in page["results"]] == [facts[2].pk, facts[1].pk]
    assert page["results"][0]["body_sha256"] == bytes(facts[2].body_sha256).hex()
    rest = client.get(page["next"]).json()
    assert [row["id"] for row in rest["results"]] == [facts[0].pk]


def test_a_fact_without_a_time_stands_where_it_was_received() -> None:
    session = make_session()
    fact = make_presence_event(session, occurred_at=None, received_at=START)
    rows = organizer(session).get(f"/api/sessions/{session.pk}/presence-events").json()
    assert [row["id"] for row in rows["results"]] == [fact.pk]


def test_organizers_read_the_connections_of_the_room() -> None:
    session = make_session()
    open_one = make_connection(session, joined_at=START - timedelta(hours=3))
    late = make_connection(session, joined_at=END - timedelta(minutes=1))
    make_connection(
        session, joined_at=START - timedelta(hours=3), left_at=START - 2 * HOUR
    )
    make_connection(session, joined_at=END + 2 * HOUR)
    make_connection(make_session())
    rows = organizer(session).get(f"/api/sessions/{session.pk}/connections").json()
    assert [row["id"] for row in rows["results"]] == [late.pk, open_one.pk]
