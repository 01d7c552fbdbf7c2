"""The report of a session held in person, and of one held both ways."""

from datetime import timedelta

import pytest

from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.evidence.whereabouts import Whereabouts
from attendance.wording.modes import label_of_people
from events.models import Participant, Role
from sessions_app.models import Mode
from tests.attendance.pages import (
    RUNNING,
    be_there,
    calculate,
    get,
    organizer_of,
    row_of,
    signed_in,
    text,
    try_in_vain,
)
from tests.attendance.reports.in_person import arrive, lesson, summary
from tests.factories import (
    START,
    change_person,
    make_member,
    make_participant,
    make_presence_event,
    make_user,
)

pytestmark = pytest.mark.django_db

ASKED = "Was this session held?"


# --- While it runs ------------------------------------------------------------------


def test_while_it_runs_it_says_who_is_checked_in_and_who_is_not_yet() -> None:
    session, [amina, ben, _] = lesson()
    arrive(session, amina)
    arrive(session, ben, 20)
    page = get(session, now=RUNNING)
    assert summary(page) == (
        "2 checked in 1 not checked in yet 2 people were checked in by staff."
    )
    assert "Present: checked in by Jana Weber at 10:03" in text(row_of(page, "Amina"))
    assert text(row_of(page, "Cleo")) == "Cleo Not checked in yet not checked in yet"
    assert '<svg class="bar"' not in page
    for words in ("in the room", "In the room", "not seen", "LiveKit"):
        assert words not in text(page)


def test_who_is_not_there_yet_can_be_listed_alone() -> None:
    session, [amina, *_] = lesson()
    arrive(session, amina)
    page = get(session, now=RUNNING, query="?where=missing")
    assert "Showing 2 of 3: not checked in yet" in text(page)
    assert "Amina" not in text(page)


def test_marks_beside_check_ins_are_counted_once() -> None:
    session, [amina, ben, _] = lesson()
    arrive(session, amina)
    place, by = Place(session.event, session), organizer_of(session)
    mark(place, [Mark(amina, "late"), Mark(ben, "excused")], by=by, now=RUNNING)
    said = summary(get(session, now=RUNNING))
    assert said.startswith("1 checked in 1 not checked in yet 1 excused")


@pytest.mark.parametrize("mode", [Mode.IN_PERSON, Mode.HYBRID])
def test_hosts_are_not_missed(mode: Mode) -> None:
    session, [amina, _ben, cleo] = lesson(mode=mode)
    Participant.objects.filter(pk=cleo.pk).update(role="host")
    missing = label_of_people(Whereabouts.MISSING, mode)
    arrive(session, amina)
    page = get(session, now=RUNNING)
    assert summary(page).startswith("1 checked in")
    assert f" 1 {missing} " in summary(page)
    page = get(session, now=RUNNING, query="?where=missing")
    assert f"Showing 1 of 3: {missing}" in text(page)
    arrive(session, cleo)
    said = summary(get(session, now=RUNNING))
    assert said.startswith("2 checked in")
    assert f" 1 {missing} " in said


@pytest.mark.parametrize("minutes", [-20, 30])
def test_it_leads_to_the_door_until_it_has_ended(minutes: int) -> None:
    session, _ = lesson()
    door = f'href="/events/{session.event_id}/check-in/?session={session.pk}"'
    at = START + timedelta(minutes=minutes)
    assert get(session, now=at).count(door) == 1
    host = make_participant(session.event, role="host", name="Host")
    change_person(host, user=make_user())
    assert door in get(session, host.person.user, now=at)
    viewer = make_member(session.event.organization, Role.VIEWER)
    assert door not in get(session, viewer, now=at)
    assert door not in get(session)
    session.cancelled_at = at
    session.save()
    assert door not in get(session, now=at)


def test_an_online_session_does_not_lead_to_the_door() -> None:
    session, _ = lesson(mode=Mode.ONLINE)
    assert "/check-in/" not in get(session, now=RUNNING)


# --- Afterwards ---------------------------------------------------------------------


def test_afterwards_it_says_who_was_checked_in_and_nothing_of_a_room() -> None:
    session, [amina, ben, _] = lesson()
    arrive(session, amina)
    arrive(session, ben, 20)
    calculate(session)
    page = get(session)
    assert ASKED not in page
    assert summary(page) == (
        "1 present 1 late 1 absent 2 people were checked in by staff."
    )
    assert text(row_of(page, "Amina")) == (
        "Amina Present: checked in by Jana Weber at 10:03 present check-in"
    )
    assert text(row_of(page, "Cleo")) == (
        "Cleo Absent by default: nobody checked them in or marked them "
        "absent by default"
    )
    assert '<svg class="bar"' not in page
    assert "10:00 → 11:00" not in page
    for words in ("in the room", "In the room", "LiveKit", "grace period"):
        assert words not in text(page)


def test_before_it_is_calculated_it_counts_those_who_were_not_checked_in() -> None:
    session, _ = lesson()
    page = get(session)
    assert summary(page) == "3 not checked in"
    assert text(row_of(page, "Amina")) == "Amina Not checked in unknown"
    Participant.objects.filter(person__name="Amina").update(role="host")
    assert summary(get(session)) == "2 not checked in"
    assert "Showing 2 of 3" in text(get(session, query="?who=missing"))


def test_what_came_from_livekit_is_shown_all_the_same() -> None:
    session, [amina, ben, _] = lesson()
    arrive(session, amina)
    be_there(session, ben, (0, 30))
    be_there(session, None, (5, 30), identity="guest", name="Lina")
    calculate(session)
    page = get(session)
    assert "2 messages from LiveKit" in summary(page)
    assert "“ Lina ” guest" in text(page)
    assert '<svg class="bar"' in row_of(page, "Ben")
    assert "30 min" in text(row_of(page, "Ben"))
    assert "Absent: not seen, and nobody checked them in" in text(row_of(page, "Cleo"))
    assert "Calculated" not in text(row_of(page, "Amina"))


def test_machines_in_its_room_are_told_and_make_no_bars() -> None:
    session, [amina, *_] = lesson()
    arrive(session, amina)
    make_presence_event(session)
    page = get(session)
    assert "1 message from LiveKit." in summary(page)
    assert '<svg class="bar"' not in page


def test_who_tried_to_connect_in_vain_is_told() -> None:
    session, [amina, *_] = lesson()
    try_in_vain(session, amina.identity, 5)
    said = text(row_of(get(session, now=RUNNING), "Amina"))
    assert "Not checked in yet, tried to connect once at 10:05" in said


def test_attendees_see_their_own_row_alone() -> None:
    session, [amina, ben, _] = lesson()
    change_person(amina, user=make_user())
    arrive(session, amina)
    be_there(session, ben)
    page = get(session, amina.person.user, now=RUNNING)
    assert "checked in by Jana Weber at 10:03" in text(page)
    assert '<svg class="bar"' not in page
    assert "Ben" not in page


# --- Both ways ----------------------------------------------------------------------


def test_a_session_both_ways_shows_both() -> None:
    session, [amina, ben, _] = lesson(mode=Mode.HYBRID)
    arrive(session, amina)
    be_there(session, ben, (0, None))
    page = get(session, now=RUNNING)
    assert summary(page) == (
        "1 checked in 1 in the room 0 left 1 neither seen nor checked in yet "
        "1 person was checked in by staff. 1 message from LiveKit."
    )
    assert "In the room since 10:00" in text(row_of(page, "Ben"))
    assert "Neither seen nor checked in yet" in text(row_of(page, "Cleo"))
    calculate(session)
    page = get(session)
    assert '<svg class="bar"' in row_of(page, "Amina")
    assert "Absent: not seen, and nobody checked them in" in text(row_of(page, "Cleo"))


def test_check_ins_prove_a_session_both_ways_in_whose_room_nobody_was() -> None:
    session, [amina, *_] = lesson(mode=Mode.HYBRID)
    arrive(session, amina)
    calculate(session)
    page = get(session)
    assert ASKED not in page
    assert "Nothing received from LiveKit." in summary(page)
    assert "Absent by default: not seen, and nobody checked them in" in text(
        row_of(page, "Ben")
    )


# --- Reports over many sessions -----------------------------------------------------


def test_reports_over_many_sessions_have_no_bars_for_one_in_person() -> None:
    session, [amina, *_] = lesson()
    arrive(session, amina)
    calculate(session)
    client = signed_in(organizer_of(session))
    path = f"/reports/?event={session.event_id}&from=2026-03-01&to=2026-03-08"
    page = client.get(path).content.decode()
    assert "Present: checked in by Jana Weber at 10:03" in text(row_of(page, "Amina"))
    assert '<svg class="bar"' not in page
    assert "In the room" not in page
    be_there(session, amina)
    calculate(session)
    page = client.get(path).content.decode()
    assert '<svg class="bar"' in page
    assert "In the room" in page
