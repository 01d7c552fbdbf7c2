"""The list of events, and forms of sessions, as people use them."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import Settings

from events.models import Event, EventState, Role
from sessions_app.models import LiveSession, Mode, SessionType
from tests.attendance.pages import queries, signed_in, text
from tests.factories import (
    START,
    make_event,
    make_member,
    make_membership,
    make_organization,
    make_participant,
    make_session,
    make_user,
)
from tests.forms import assert_told, at, send, wrong

pytestmark = pytest.mark.django_db

DURING = START + timedelta(minutes=30)
AFTERWARDS = START + timedelta(hours=2)


# --- The list -----------------------------------------------------------------------


def listed(client: Client, query: str = "") -> list[str]:
    """The titles of the events on the page, in order."""
    page = client.get(f"/events/{query}").content.decode()
    return re.findall(r'<a href="/events/\d+/">.*?<bdi>(.*?)</bdi>', page, re.DOTALL)


def test_events_are_listed_newest_first() -> None:
    organization = make_organization()
    for number, days in enumerate([1, 3, 2]):
        make_event(
            organization, title=f"E{number}", starts_at=START + timedelta(days=days)
        )
    make_event(title="Foreign")
    assert listed(signed_in(make_member(organization))) == ["E1", "E2", "E0"]


def test_attendees_find_the_events_whose_roster_they_are_on() -> None:
    event = make_event(title="Mine")
    make_event(event.organization, title="Another")
    person = make_participant(event, user=make_user())
    assert person.user
    client = signed_in(person.user)
    assert listed(client) == ["Mine"]
    page = text(client.get("/events/").content.decode())
    assert "0 sessions" in page
    assert "person" not in page


def test_events_say_how_many_people_and_sessions_they_have() -> None:
    event = make_event()
    for registration in ("registered", "walk_in", "cancelled", "waitlisted"):
        make_participant(event, registration=registration)
    host = make_participant(event, role="host", user=make_user()).user
    make_session(event)
    make_session(event, cancelled_at=START)
    assert host
    for user in (make_member(event.organization, Role.VIEWER), host):
        page = text(signed_in(user).get("/events/").content.decode())
        assert "3 people 1 session" in page


def test_events_are_found_by_title_organization_and_state() -> None:
    user = make_user()
    one, other = (make_membership(user=user).organization for _ in range(2))
    make_event(one, title="Algebra II", state=EventState.DRAFT)
    make_event(other, title="Geometry")
    client = signed_in(user)
    assert listed(client, "?q=ALGEBRA") == ["Algebra II"]
    assert listed(client, f"?organization={other.pk}") == ["Geometry"]
    assert listed(client, "?state=draft") == ["Algebra II"]
    assert "No results" in client.get("/events/?q=%25").content.decode()
    for nonsense in ("?organization=x", "?state=x", "?page=x", "?page=99"):
        assert len(listed(client, nonsense)) == 2
    assert listed(client, f"?organization={'9' * 40}") == []


def test_filters_stand_only_where_there_is_a_choice() -> None:
    organization = make_organization()
    make_event(organization)
    client = signed_in(make_member(organization))
    assert "<select" not in client.get("/events/").content.decode()
    make_event(organization, state=EventState.CANCELLED)
    page = client.get("/events/").content.decode()
    assert re.findall(r'<select id="(\w+)"', page) == ["state"]


def test_long_lists_come_in_pages_that_keep_the_search() -> None:
    organization = make_organization()
    for _ in range(60):
        make_event(organization, title="Algebra")
    client = signed_in(make_member(organization))
    assert len(listed(client, "?q=alg")) == 50
    page = client.get("/events/?q=alg").content.decode()
    assert 'href="?q=alg&amp;page=2"' in page
    assert len(listed(client, "?q=alg&page=2")) == 10


def test_an_empty_list_names_what_to_do_next() -> None:
    page = signed_in(make_member(make_organization())).get("/events/").content.decode()
    assert 'class="button first" href="/events/new/"' in page
    viewer = make_member(make_organization(), Role.VIEWER)
    assert "/events/new/" not in signed_in(viewer).get("/events/").content.decode()


def test_only_admins_are_offered_to_change_an_organization() -> None:
    organization = make_organization()
    for role, offered in ((Role.ORGANIZER, False), (Role.ADMIN, True)):
        page = signed_in(make_member(organization, role)).get("/events/").content
        assert (b"/organizations/%d/settings/" % organization.pk in page) == offered


def test_only_members_are_offered_a_new_organization() -> None:
    event = make_event()
    attendee = make_participant(event, user=make_user()).user
    assert attendee
    for user, offered in (
        (attendee, False),
        (make_user(), False),
        (make_member(event.organization, Role.VIEWER), True),
        (make_user(is_superuser=True), True),
    ):
        page = signed_in(user).get("/events/").content
        assert (b"/organizations/new/" in page) == offered


def test_the_list_takes_as_many_queries_for_twenty_events_as_for_one() -> None:
    user, counts = make_user(), set()
    for number in (1, 19):
        for _ in range(number):
            event = make_event(make_membership(user=user).organization)
            make_participant(event)
            make_session(event)
        counts.add(queries(signed_in(user), "/events/"))
    assert len(counts) == 1
    assert counts.pop() <= 9


# --- Scheduling ---------------------------------------------------------------------


def berlin(**fields: Any) -> tuple[Client, Event]:
    """A course that starts at 10:00 in Berlin's winter."""
    fields.setdefault("starts_at", at("2026-03-02T09:00Z"))
    event = make_event(time_zone="Europe/Berlin", **fields)
    return signed_in(make_member(event.organization)), event


LESSON = {
    "title": "Lesson",
    "session_type": "quran",
    "starts_at": "2026-07-01T10:00",
    "ends_at": "2026-07-01T11:00",
}


def test_a_session_is_scheduled_on_the_clocks_of_its_event() -> None:
    client, event = berlin()
    path = f"/events/{event.pk}/sessions/new/"
    assert "In the time zone Europe/Berlin." in client.get(path).content.decode()
    assert send(client, path, **LESSON)["Location"] == f"/events/{event.pk}/"
    session = LiveSession.objects.get()
    assert session.starts_at == at("2026-07-01T08:00Z")
    assert session.session_type == SessionType.QURAN
    assert session.room_name.startswith(f"{event.organization.slug}_")


def suggested(client: Client, event: Event) -> list[str]:
    page = client.get(f"/events/{event.pk}/sessions/new/").content.decode()
    return re.findall(r'datetime-local" name="\w+" value="(.*?)"', page)


def test_the_next_session_is_suggested_a_week_later_at_the_same_time_of_day() -> None:
    client, event = berlin(starts_at=at("2026-03-25T09:00Z"))
    assert suggested(client, event) == ["2026-03-25T10:00", "2026-03-25T11:00"]
    make_session(event, starts_at=at("2026-03-25T09:00Z"), minutes=90)
    assert suggested(client, event) == ["2026-04-01T10:00", "2026-04-01T11:30"]


def proposed_mode(client: Client, event: Event) -> str:
    page = client.get(f"/events/{event.pk}/sessions/new/").content.decode()
    [mode] = re.findall(r'<option value="(\w+)" selected>(?:online|in person)', page)
    return str(mode)


def test_the_first_session_is_proposed_online_only_where_people_can_join_a_room(
    settings: Settings,
) -> None:
    client, event = berlin()
    settings.LIVEKIT_URL, settings.LIVEKIT_API_KEY = "wss://x.example.com", "key"
    assert proposed_mode(client, event) == "online"
    settings.LIVEKIT_URL = ""
    assert proposed_mode(client, event) == "in_person"
    settings.LIVEKIT_URL, settings.LIVEKIT_API_KEY = "wss://x.example.com", ""
    assert proposed_mode(client, event) == "in_person"


def test_the_mode_of_the_last_session_is_proposed_for_the_next() -> None:
    client, event = berlin()
    make_session(event, mode=Mode.HYBRID, starts_at=at("2026-03-02T09:00Z"))
    make_session(event, mode=Mode.ONLINE, starts_at=at("2026-02-23T09:00Z"))
    assert proposed_mode(client, event) == "hybrid"


def test_a_session_is_held_where_the_form_says() -> None:
    client, event = berlin()
    path = f"/events/{event.pk}/sessions/new/"
    send(client, path, **LESSON, mode="in_person")
    session = LiveSession.objects.get()
    assert session.mode == Mode.IN_PERSON
    assert session.room_name.startswith(f"{event.organization.slug}_")
    path = f"/sessions/{session.pk}/edit/"
    assert '"in_person" selected' in client.get(path).content.decode()
    send(client, path, **LESSON, mode="hybrid")
    session.refresh_from_db()
    assert session.mode == Mode.HYBRID


def test_a_form_that_was_sent_without_a_mode_leaves_it_as_it_is() -> None:
    client, event = berlin()
    session = make_session(event, mode=Mode.HYBRID)
    send(client, f"/sessions/{session.pk}/edit/", **LESSON)
    session.refresh_from_db()
    assert (session.title, session.mode) == ("Lesson", Mode.HYBRID)


@pytest.fixture
def _livekit(settings: Settings) -> None:
    settings.LIVEKIT_URL, settings.LIVEKIT_API_KEY = "wss://x.example.com", "key"


@pytest.mark.usefixtures("_livekit")
def test_where_people_can_join_a_room_the_form_asks_for_it() -> None:
    client, event = berlin()
    page = client.get(f"/events/{event.pk}/sessions/new/").content.decode()
    assert 'name="room_name"' in page
    assert "people in the LiveKit room" in text(page)


def test_where_nobody_can_join_a_room_the_form_says_nothing_of_livekit(
    settings: Settings,
) -> None:
    settings.LIVEKIT_URL = ""
    client, event = berlin()
    session = make_session(event, room_name=f"{event.organization.slug}_ours")
    new, edit = f"/events/{event.pk}/sessions/new/", f"/sessions/{session.pk}/edit/"
    for path in (new, edit):
        said = text(client.get(path).content.decode())
        assert "LiveKit" not in said
        assert "room" not in said.lower()
    send(client, edit, **LESSON, room_name="other_room")
    session.refresh_from_db()
    assert (session.title, session.room_name[-5:]) == ("Lesson", "_ours")
    send(client, new, **LESSON)
    made = LiveSession.objects.exclude(pk=session.pk).get()
    assert made.room_name.startswith(f"{event.organization.slug}_")


@pytest.mark.parametrize(
    ("field", "written", "said"),
    [
        ("room_name", "other_room", "…Room names of this organization begin with…"),
        ("ends_at", "2026-07-01T10:00", "The end must be later than the start."),
        ("ends_at", "2027-07-01T10:00", "…lasts at most 7 days…"),
        ("session_type", "party", "…"),
        ("mode", "at home", "…"),
        ("starts_at", "2026-03-29T02:30", "…does not exist on this day…"),
    ],
)
@pytest.mark.usefixtures("_livekit")
def test_what_the_rules_refuse_is_told_at_the_field(
    field: str, written: str, said: str
) -> None:
    client, event = berlin()
    path = f"/events/{event.pk}/sessions/new/"
    assert_told(send(client, path, **LESSON | {field: written}), field, said)
    assert not LiveSession.objects.exists()


@pytest.mark.usefixtures("_livekit")
def test_a_taken_room_names_who_has_it() -> None:
    client, event = berlin()
    other = make_session(event, title="First", starts_at=at("2026-07-01T08:30Z"))
    answer = send(
        client,
        f"/events/{event.pk}/sessions/new/",
        **LESSON,
        room_name=other.room_name,
    )
    assert f"“First” (session {other.pk})" in wrong(answer)["room_name"]


def test_a_cancelled_event_gets_no_session() -> None:
    client, event = berlin(state=EventState.CANCELLED)
    answer = send(client, f"/events/{event.pk}/sessions/new/", **LESSON)
    assert wrong(answer) == {"": "The event is cancelled. Publish it again first."}


def test_a_session_is_changed_and_keeps_its_room() -> None:
    client, event = berlin()
    session = make_session(event)
    answer = send(client, f"/sessions/{session.pk}/edit/", **LESSON, room_name="")
    assert answer["Location"] == f"/events/{event.pk}/"
    room = session.room_name
    session.refresh_from_db()
    assert (session.title, session.room_name) == ("Lesson", room)
    assert session.starts_at == at("2026-07-01T08:00Z")


def test_a_session_that_has_not_begun_has_no_actual_end_to_set() -> None:
    session = make_session()
    client = signed_in(make_member(session.event.organization))
    pages = []
    for now in (START - timedelta(minutes=1), DURING):
        with time_machine.travel(now, tick=False):
            pages.append(client.get(f"/sessions/{session.pk}/edit/").content.decode())
    assert [f"/sessions/{session.pk}/end/" in page for page in pages] == [False, True]


def test_the_page_of_a_session_leads_to_its_end_and_cancellation() -> None:
    client, event = berlin()
    session = make_session(event)
    path = f"/sessions/{session.pk}/edit/"
    page = client.get(path).content.decode()
    assert f'href="/sessions/{session.pk}/end/"' in page
    assert f'action="/sessions/{session.pk}/cancel/"' in page
    client.post(f"/sessions/{session.pk}/cancel/")
    page = client.get(path).content.decode()
    assert f'action="/sessions/{session.pk}/restore/"' in page


# --- The real end -------------------------------------------------------------------


def end(session: LiveSession, at: datetime, **data: str) -> Any:
    client = signed_in(make_member(session.event.organization))
    with time_machine.travel(at, tick=False):
        return send(client, f"/sessions/{session.pk}/end/", **data)


def filled(page: str) -> list[str]:
    """What the filled buttons say."""
    return re.findall(r'class="button first"[^>]*>\s*(.*?)\s*<', page)


def test_a_running_session_ends_now() -> None:
    session = make_session()
    client = signed_in(make_member(session.event.organization))
    with time_machine.travel(DURING, tick=False):
        page = client.get(f"/sessions/{session.pk}/end/").content.decode()
    assert filled(page) == ["End now"]
    assert end(session, DURING, now="1")["Location"] == f"/sessions/{session.pk}/"
    session.refresh_from_db()
    assert session.ended_at == DURING


def offers_to_run_on(session: LiveSession, path: str, now: datetime) -> bool:
    client = signed_in(make_member(session.event.organization))
    with time_machine.travel(now, tick=False):
        page = client.get(path).content.decode()
    assert ("It is still running" in page) == ('name="still_running"' in page)
    return 'name="still_running"' in page


def test_a_session_ended_by_mistake_runs_again_until_its_planned_end() -> None:
    session = make_session()
    report = f"/sessions/{session.pk}/"
    for path in (report, f"{report}end/"):
        assert not offers_to_run_on(session, path, DURING)
    end(session, DURING, now="1")
    for path in (report, f"{report}end/"):
        assert offers_to_run_on(session, path, DURING)
        assert not offers_to_run_on(session, path, session.ends_at)
    assert end(session, DURING, still_running="1")["Location"] == report
    session.refresh_from_db()
    assert session.ended_at is None


def test_after_its_planned_end_a_session_does_not_run_again() -> None:
    session = make_session(ended_at=DURING)
    client = signed_in(make_member(session.event.organization))
    with time_machine.travel(session.ends_at, tick=False):
        page = client.post(
            f"/sessions/{session.pk}/end/", {"still_running": "1"}, follow=True
        ).content.decode()
    assert "The planned end has passed. Correct the actual end instead." in page
    session.refresh_from_db()
    assert session.ended_at == DURING


def test_who_may_only_look_is_not_offered_that_it_still_runs() -> None:
    session = make_session(ended_at=DURING)
    viewer = signed_in(make_member(session.event.organization, Role.VIEWER))
    with time_machine.travel(DURING, tick=False):
        page = viewer.get(f"/sessions/{session.pk}/").content.decode()
        sent = {"still_running": "1"}
        assert viewer.post(f"/sessions/{session.pk}/end/", sent).status_code == 403
    assert "still running" not in page


def test_an_end_is_said_and_corrected_afterwards() -> None:
    session = make_session(make_event(time_zone="Asia/Riyadh"))
    for written, clock in (("13:40", "10:40"), ("14:10", "11:10")):
        answer = end(session, AFTERWARDS, ended_at=f"2026-03-02T{written}")
        assert answer.status_code == 302
        session.refresh_from_db()
        assert session.ended_at == at(f"2026-03-02T{clock}Z")


@pytest.mark.parametrize(
    ("days", "said"),
    [
        (1, "Saved. The report will be calculated automatically."),
        (8, "Saved. It ended over 7 days ago: calculate the report yourself."),
    ],
)
def test_a_corrected_end_says_whether_its_report_follows_by_itself(
    days: int, said: str
) -> None:
    session = make_session()
    client = signed_in(make_member(session.event.organization))
    with time_machine.travel(AFTERWARDS + timedelta(days=days), tick=False):
        data = {"ended_at": "2026-03-02T10:40"}
        page = client.post(f"/sessions/{session.pk}/end/", data, follow=True)
    assert said in text(page.content.decode())


def test_the_planned_end_can_be_confirmed_as_it_stands() -> None:
    session = make_session()
    client = signed_in(make_member(session.event.organization))
    page = client.get(f"/sessions/{session.pk}/end/").content.decode()
    assert 'name="ended_at" value="2026-03-02T11:00"' in page
    assert end(session, AFTERWARDS, ended_at="2026-03-02T11:00").status_code == 302
    session.refresh_from_db()
    assert session.ended_at == session.ends_at


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2026-03-02T12:30", "…The end is in the future…"),
        ("2026-03-02T10:00", "…The session starts on…"),
        ("", "…This field is required.…"),
    ],
)
def test_an_end_that_cannot_be_is_told_at_its_field(written: str, said: str) -> None:
    session = make_session()
    assert_told(end(session, AFTERWARDS, ended_at=written), "ended_at", said)
    session.refresh_from_db()
    assert session.ended_at is None


# --- Cancelling an event ------------------------------------------------------------


def test_cancelling_an_event_asks_first_and_says_what_goes_with_it() -> None:
    client, event = berlin()
    sessions = [make_session(event) for _ in range(2)]
    path = f"/events/{event.pk}/cancel/"
    assert "2 sessions are cancelled" in client.get(path).content.decode()
    event.refresh_from_db()
    assert event.state == EventState.SCHEDULED
    assert client.post(path)["Location"] == f"/events/{event.pk}/"
    event.refresh_from_db()
    assert event.state == EventState.CANCELLED
    for session in sessions:
        session.refresh_from_db()
        assert session.cancelled_at


def test_a_completed_event_cannot_be_cancelled_and_says_so() -> None:
    client, event = berlin(state=EventState.COMPLETED)
    page = client.post(f"/events/{event.pk}/cancel/", follow=True).content.decode()
    assert "The event is already completed." in page
