"""The door: who stands there, who is on the list, what a tap does."""

import html
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attendance.decisions.checking_in import check_in
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.models import Attendance, AttendanceChange, Status
from events.models import Event, EventState, Participant, Role, User
from sessions_app.models import LiveSession
from sessions_app.services import change_session
from tests.attendance.pages import make_lesson, queries, signed_in, text
from tests.factories import (
    START,
    change_person,
    make_attendance,
    make_event,
    make_member,
    make_participant,
    make_participants,
    make_session,
    make_user,
)
from tests.written import written

pytestmark = pytest.mark.django_db

AT_THE_START = START + timedelta(minutes=3)


def staff_of(event: Event) -> User:
    return make_member(event.organization)


def open_page(
    path: str, user: User, status: int = 200, now: datetime = AT_THE_START, **sent: Any
) -> Any:
    """Open a page, or send something to it, three minutes after the start."""
    client = signed_in(user)
    with time_machine.travel(now, tick=False):
        answer = client.post(path, sent) if sent else client.get(path)
    assert answer.status_code == status, answer.content.decode()
    return answer


def door(event: Event, user: User | None = None, query: str = "") -> str:
    path = f"/events/{event.pk}/check-in/{query}"
    return str(open_page(path, user or staff_of(event)).content.decode())


def tap(at: LiveSession, person: Participant, user: User, **sent: Any) -> str:
    """Check somebody in from the list; return where that leads."""
    path = f"/events/{at.event_id}/check-in/"
    return str(open_page(path, user, 302, participant=person.pk, **sent)["Location"])


def counts(page: str) -> dict[str, int]:
    found = re.findall(r'data-count="(\w+)">(\d+)<', page)
    return {name: int(number) for name, number in found}


def row(page: str, person: Participant) -> str:
    [found] = re.findall(rf'<li id="p{person.pk}".*?</li>', page, flags=re.DOTALL)
    return text(found)


# --- The list -------------------------------------------------------------------------


def test_one_tap_checks_somebody_in_and_the_page_says_so() -> None:
    session, [amina, ben] = make_lesson("Amina Ben", time_zone="Asia/Riyadh")
    staff = staff_of(session.event)
    assert counts(door(session.event)) == {"expected": 2, "inside": 0, "missing": 2}
    went_to = tap(session, amina, staff)
    assert went_to.endswith(f"?session={session.pk}#p{amina.pk}")
    page = door(session.event, staff)
    assert counts(page) == {"expected": 2, "inside": 1, "missing": 1}
    assert row(page, amina) == "Amina checked in at 13:03 Undo Amina"
    assert row(page, ben) == "Ben Check in Ben"
    decision = Attendance.objects.get()
    assert decision.session == session
    assert (decision.status, decision.source) == (Status.PRESENT, "check_in")
    assert (decision.check_in_method, decision.marked_by) == ("staff", staff)
    assert decision.checked_in_at == AT_THE_START


def test_whoever_comes_after_the_grace_period_is_said_to_be_late() -> None:
    session, [amina] = make_lesson("Amina")
    staff = staff_of(session.event)
    path = f"/events/{session.event_id}/check-in/"
    at = START + timedelta(minutes=20)
    open_page(path, staff, 302, at, participant=amina.pk)
    said = row(open_page(path, staff, 200, at).content.decode(), amina)
    assert said == "Amina checked in at 10:20 · late Undo Amina"


def test_a_second_tap_changes_nothing_and_says_so() -> None:
    session, [amina] = make_lesson("Amina")
    staff = staff_of(session.event)
    client = signed_in(staff)
    for said in ("\u2068Amina\u2069 is checked in.", "\u2068Amina\u2069 was already"):
        with time_machine.travel(AT_THE_START, tick=False):
            sent = {"participant": amina.pk}
            path = f"/events/{session.event_id}/check-in/"
            answer = client.post(path, sent, follow=True)
        assert said in answer.content.decode()
    assert AttendanceChange.objects.count() == 1


def test_a_tap_on_the_wrong_person_is_taken_back() -> None:
    session, [amina] = make_lesson("Amina")
    staff = staff_of(session.event)
    path = f"/events/{session.event_id}/check-in/"
    tap(session, amina, staff)
    assert row(door(session.event), amina) == "Amina checked in at 10:03 Undo Amina"
    later = AT_THE_START + timedelta(seconds=2)
    open_page(path, staff, 302, later, undo=amina.pk)
    assert row(door(session.event), amina) == "Amina Check in Amina"
    assert Attendance.objects.get().status == Status.UNKNOWN
    open_page(path, staff, 302, later, undo=amina.pk)
    assert [c.to_status for c in AttendanceChange.objects.all()] == [
        "unknown",
        "present",
    ]


def test_the_second_of_two_taps_takes_nothing_back() -> None:
    session, [amina] = make_lesson("Amina")
    staff, colleague = staff_of(session.event), staff_of(session.event)
    path = f"/events/{session.event_id}/check-in/"
    tap(session, amina, staff)
    at_once = AT_THE_START + timedelta(seconds=1.9)
    with time_machine.travel(at_once, tick=False):
        answer = signed_in(staff).post(path, {"undo": amina.pk}, follow=True)
    said = answer.content.decode()
    assert "checked in at 10:03" in row(said, amina)
    assert "still checked in: two taps this close count as one" in text(said)
    assert AttendanceChange.objects.count() == 1
    # What JavaScript sends is no second tap, nor is what a colleague does.
    open_page(path, staff, 302, at_once, undo=amina.pk, meant="1")
    assert Attendance.objects.get().checked_in_at is None
    tap(session, amina, staff)
    open_page(path, colleague, 302, at_once, undo=amina.pk)
    assert Attendance.objects.get().checked_in_at is None


def test_a_check_in_can_be_taken_back_after_an_earlier_tap_or_another_start() -> None:
    session, [amina] = make_lesson("Amina")
    staff = staff_of(session.event)
    path = f"/events/{session.event_id}/check-in/"
    place = Place(session.event, session)
    for minutes in (40, 5):
        at = START + timedelta(minutes=minutes)
        check_in(place, amina, by=staff, at=at, now=at)
    change_session(
        session=session, changes={"starts_at": START - timedelta(minutes=30)}
    )
    assert [c.to_status for c in AttendanceChange.objects.all()] == [
        "late",
        "present",
        "late",
    ]
    later = START + timedelta(minutes=50)
    open_page(path, staff, 302, later, undo=amina.pk)
    assert Attendance.objects.get().checked_in_at is None
    assert row(door(session.event), amina) == "Amina Check in Amina"


def test_what_an_organizer_said_since_is_not_taken_back_at_the_door() -> None:
    session, [amina] = make_lesson("Amina")
    staff = staff_of(session.event)
    tap(session, amina, staff)
    place = Place(session.event, session)
    mark(place, [Mark(amina, Status.PARTIAL)], by=staff, now=AT_THE_START)
    assert row(door(session.event), amina) == "Amina checked in at 10:03 partial"
    open_page(f"/events/{session.event_id}/check-in/", staff, 302, undo=amina.pk)
    assert Attendance.objects.get().status == Status.PARTIAL


def test_opening_the_door_writes_nothing() -> None:
    session, [amina] = make_lesson("Amina")
    client = signed_in(staff_of(session.event))
    start = f"/events/{session.event_id}/check-in/"
    for path in ("", f"{amina.pk}/", "new/", "badges/", "screen/"):
        with CaptureQueriesContext(connection) as captured:
            assert client.get(start + path).status_code == 200
        assert written(captured) == []


def test_people_are_found_by_words_of_their_name_however_they_are_typed() -> None:
    event = make_event()
    for name in ("José Pérez", "Josefine", "أمينة"):
        make_participant(event, name=name)
    found = {
        words: re.findall(r"<strong><bdi>(.*?)</bdi>", door(event, query=f"?q={words}"))
        for words in ("jose", "PEREZ jos", "امينه", "zzz")
    }
    assert found == {
        "jose": ["Josefine", "José Pérez"],
        "PEREZ jos": ["José Pérez"],
        "امينه": ["أمينة"],
        "zzz": [],
    }


def test_a_tap_leads_back_to_what_was_searched() -> None:
    session, [amina] = make_lesson("Amina")
    went_to = tap(session, amina, staff_of(session.event), q="ami")
    assert went_to.endswith(f"?session={session.pk}&q=ami#p{amina.pk}")


def test_whoever_is_not_expected_comes_last_and_becomes_a_walk_in_by_a_tap() -> None:
    session, [zoe] = make_lesson("Zoe")
    ana = make_participant(session.event, name="Ana", registration="cancelled")
    page = door(session.event)
    assert page.index("Zoe") < page.index("Ana")
    assert row(page, ana) == "Ana cancelled Check in Ana"
    assert counts(page)["expected"] == 1
    tap(session, ana, staff_of(session.event))
    page = door(session.event)
    assert row(page, ana) == "Ana walk-in checked in at 10:03 Undo Ana"
    assert counts(page) == {"expected": 2, "inside": 1, "missing": 1}
    assert zoe.registration == "registered"


def test_who_is_excused_is_not_missing() -> None:
    session, [amina, _] = make_lesson("Amina Ben")
    make_attendance(amina, session, status=Status.EXCUSED, source="manual")
    page = door(session.event)
    assert counts(page) == {"expected": 2, "inside": 0, "missing": 1, "excused": 1}
    assert row(page, amina) == "Amina excused Check in Amina"


def test_hosts_are_no_guests() -> None:
    session, _ = make_lesson("Amina")
    host = make_participant(session.event, name="Hana", role="host")
    page = door(session.event)
    assert row(page, host) == "Hana host Check in Hana"
    assert counts(page) == {"expected": 1, "inside": 0, "missing": 1}
    tap(session, host, staff_of(session.event))
    page = door(session.event)
    assert row(page, host) == "Hana host checked in at 10:03 Undo Hana"
    assert counts(page) == {"expected": 1, "inside": 0, "missing": 1}


def test_of_several_sessions_that_day_one_is_chosen_and_the_nearest_offered() -> None:
    first, [amina] = make_lesson("Amina")
    second = make_session(first.event, starts_at=START + timedelta(hours=1))
    make_session(first.event, starts_at=START + timedelta(days=1), title="Tomorrow")
    page = door(first.event)
    assert f'href="?session={first.pk}" aria-current' in page
    assert f'href="?session={second.pk}"' in page
    assert "Tomorrow" not in page
    tap(first, amina, staff_of(first.event), session=second.pk)
    assert Attendance.objects.get().session == second
    assert row(door(first.event), amina) == "Amina Check in Amina"
    chosen = door(first.event, query=f"?session={second.pk}")
    assert row(chosen, amina) == "Amina checked in at 10:03 Undo Amina"


def test_an_event_without_sessions_has_a_door_of_its_own() -> None:
    event = make_event()
    amina = make_participant(event, name="Amina")
    path = f"/events/{event.pk}/check-in/"
    open_page(path, staff_of(event), 302, participant=amina.pk)
    assert Attendance.objects.get().session is None
    page = door(event)
    assert row(page, amina) == "Amina checked in at 10:03 Undo Amina"
    assert f"Check-in: {event.title}" in text(page)


def test_nobody_is_checked_in_to_what_is_cancelled() -> None:
    event = make_event(state=EventState.CANCELLED)
    amina = make_participant(event)
    page = door(event)
    assert "the event is cancelled" in page
    for offered in ("check-in/new/", "check-in/badges/", "check-in/screen/"):
        assert offered not in page
    path = f"/events/{event.pk}/check-in/"
    open_page(path, staff_of(event), 302, participant=amina.pk)
    assert not Attendance.objects.exists()


def test_the_list_takes_as_many_queries_for_300_people_as_for_3() -> None:
    session, _ = make_lesson("A B C")
    event, staff = session.event, signed_in(staff_of(session.event))
    paths = [f"/events/{event.pk}/check-in/{end}" for end in ("", "?q=p", "badges/")]
    few = [queries(staff, path) for path in paths]
    make_participants(event, [f"Person {number}" for number in range(297)])
    for number in range(40):
        make_session(event, starts_at=START + timedelta(days=number + 1))
    assert [queries(staff, path) for path in paths] == few
    assert max(few) <= 10


# --- Who stands there -----------------------------------------------------------------


def test_hosts_check_in_to_sessions_and_see_no_addresses() -> None:
    session, [amina] = make_lesson("Amina")
    host = make_participant(session.event, role="host", user=make_user()).user
    assert host
    page = door(session.event, host)
    assert amina.email not in page
    for organizers in ("check-in/new/", "check-in/badges/", "check-in/screen/"):
        assert organizers not in page
    tap(session, amina, host)
    assert Attendance.objects.get().marked_by == host
    assert "No results" in door(
        session.event, host, f"?q={amina.email.partition('@')[0]}"
    )


def test_hosts_decide_nothing_about_an_event_without_sessions() -> None:
    event = make_event()
    host = make_participant(event, role="host", user=make_user()).user
    assert host
    open_page(f"/events/{event.pk}/check-in/", host, 403)
    open_page(f"/events/{event.pk}/check-in/", host, 403, participant=1)
    assert "check-in" not in open_page(f"/events/{event.pk}/", host).content.decode()


def test_the_event_leads_to_its_door_whoever_may_stand_there() -> None:
    session, [amina] = make_lesson("Amina")
    event = session.event
    user = make_user()
    change_person(amina, user=user)
    host = make_participant(event, role="host", user=make_user()).user
    assert host
    leads = {
        name: f'href="/events/{event.pk}/check-in/"'
        in open_page(f"/events/{event.pk}/", who).content.decode()
        for name, who in {
            "organizer": staff_of(event),
            "host": host,
            "viewer": make_member(event.organization, Role.VIEWER),
            "attendee": user,
        }.items()
    }
    assert leads == {
        "organizer": True,
        "host": True,
        "viewer": False,
        "attendee": False,
    }


def test_nobody_of_another_event_is_checked_in_here() -> None:
    session, _ = make_lesson("Amina")
    stranger = make_participant()
    path = f"/events/{session.event_id}/check-in/"
    staff = staff_of(session.event)
    for participant in (stranger.pk, "", "x", "9" * 30):
        open_page(path, staff, 404, participant=participant)
    open_page(f"{path}{stranger.pk}/", staff, 404)


# --- Badges, walk-ins -----------------------------------------------------------------


def test_a_badge_opens_one_person_whom_one_tap_checks_in() -> None:
    session, [amina] = make_lesson("Amina")
    staff = staff_of(session.event)
    badges = open_page(f"/events/{session.event_id}/check-in/badges/", staff)
    assert badges.content.count(b'<svg class="qr"') == 1
    path = f"/events/{session.event_id}/check-in/{amina.pk}/"
    assert "Check in" in open_page(path, staff).content.decode()
    went_to = open_page(path, staff, 302, session=session.pk)["Location"]
    page = open_page(went_to, staff).content.decode()
    assert "checked in at 10:03 Check in others Undo" in text(page)
    assert f'href="/events/{session.event_id}/check-in/?session={session.pk}"' in page
    assert Attendance.objects.get().check_in_method == "qr"
    open_page(went_to, staff, 302, undo="")
    assert "checked in at 10:03" in text(open_page(went_to, staff).content.decode())
    later = AT_THE_START + timedelta(seconds=2)
    assert open_page(went_to, staff, 302, later, undo="")["Location"] == went_to
    assert "Undo" not in open_page(went_to, staff).content.decode()
    assert Attendance.objects.get().checked_in_at is None


def test_a_badge_shows_nothing_to_anybody_else() -> None:
    session, [amina] = make_lesson("Amina")
    user = make_user()
    change_person(amina, user=user)
    path = f"/events/{session.event_id}/check-in/{amina.pk}/"
    open_page(path, make_user(), 404)
    open_page(path, user, 403)
    open_page(path, make_member(session.event.organization, Role.VIEWER), 403)
    assert not Attendance.objects.exists()


def test_a_walk_in_is_on_the_roster_and_inside_at_once() -> None:
    session, _ = make_lesson("Amina")
    staff = staff_of(session.event)
    path = f"/events/{session.event_id}/check-in/new/?session={session.pk}"
    open_page(path, staff, 302, name="Walid", email="walid@example.com")
    walid = Participant.objects.get(person__name="Walid")
    assert walid.registration == "walk_in"
    assert "Walid walk-in checked in at 10:03" in row(door(session.event, staff), walid)


def test_a_walk_in_is_called_what_is_read() -> None:
    session, _ = make_lesson("Amina")
    path = f"/events/{session.event_id}/check-in/new/"
    answer = open_page(path, staff_of(session.event), name="Neo\u202eliv")
    assert 'id="id_name_error"' in answer.content.decode()
    assert "(U+202E)" in answer.content.decode()
    assert Participant.objects.count() == 1


def test_a_walk_in_who_stands_on_the_roster_already_is_told_at_the_field() -> None:
    session, [amina] = make_lesson("Amina")
    path = f"/events/{session.event_id}/check-in/new/"
    answer = open_page(path, staff_of(session.event), name="amina", email=amina.email)
    page = answer.content.decode()
    assert 'id="id_name_error"' in page
    assert Participant.objects.count() == 1
    assert not Attendance.objects.exists()
    assert f'value="{amina.pk}"' in page
    assert "Check in Amina" in text(page)


def test_a_walk_in_who_was_searched_in_vain_is_added_by_that_name() -> None:
    session, _ = make_lesson("Amina")
    staff = staff_of(session.event)
    page = door(session.event, staff, "?q=Walid+%26+Co")
    [path] = re.findall(r'<li class="nobody">.*?href="([^"]*)"', page, re.DOTALL)
    assert "Add “ Walid & Co ” as a walk-in" in text(page)
    form = open_page(html.unescape(path), staff).content.decode()
    assert 'name="name" value="Walid &amp; Co"' in form
    went_to = open_page(html.unescape(path), staff, 302, name="Walid")["Location"]
    assert went_to.endswith(f"/check-in/?session={session.pk}")
    assert Participant.objects.filter(person__name="Walid").exists()
    host = make_participant(session.event, role="host", user=make_user()).user
    assert "as a walk-in" not in door(session.event, host, "?q=Walid+Co")
