"""The page of a session while it runs: who is there, and nothing decided."""

import re
from datetime import timedelta

import pytest

from attendance.models import Attendance
from sessions_app.models import LiveSession
from tests.attendance.pages import (
    AFTERWARDS,
    RUNNING,
    bars_of,
    be_there,
    get,
    make_lesson,
    organizer_of,
    queries,
    row_of,
    signed_in,
    text,
    try_in_vain,
)
from tests.factories import change_person, make_attendance, make_user
from tests.webhooks import Room, deliver_all

pytestmark = pytest.mark.django_db


def summary_of(page: str) -> str:
    [summary] = re.findall(r'<ul class="counts-big">.*?</ul>', page, re.DOTALL)
    return text(summary)


def test_it_counts_who_is_here_and_decides_nothing() -> None:
    session, [amina, ben, _] = make_lesson("Amina Ben Cleo")
    be_there(session, amina, (0, None))
    be_there(session, ben, (3, 15))
    page = get(session, now=RUNNING)
    assert "running now" in text(page)
    assert "It is calculated after it has ended" in text(page)
    assert summary_of(page) == "1 in the room 1 left 1 not seen"
    assert "calculate/" not in page
    assert not Attendance.objects.exists()


def test_each_person_is_told_by_where_they_are_and_since_when() -> None:
    session, [amina, ben, _] = make_lesson("Amina Ben Cleo", time_zone="Asia/Riyadh")
    be_there(session, amina, (2, None))
    be_there(session, ben, (3, 15))
    be_there(session, ben, (20, 25))
    page = get(session, now=RUNNING)
    row = row_of(page, "Amina")
    assert text(row) == "Amina In the room since 13:02 in the room 28 min"
    assert '<use href="#shape-here"/>' in row
    assert text(row_of(page, "Ben")) == "Ben Left at 13:25 left 17 min"
    assert text(row_of(page, "Cleo")) == "Cleo Not seen not seen 0 min"
    for where in ("here", "left", "missing"):
        assert f'<symbol id="shape-{where}"' in page


def test_the_bar_runs_until_now() -> None:
    session, [amina] = make_lesson("Amina")
    be_there(session, amina, (0, None))
    row = row_of(get(session, now=RUNNING), "Amina")
    assert bars_of(row) == [("0%", "50%", False)]
    assert '<line class="now" x1="50%" x2="50%"' in row
    assert "<title>Seen since 10:00</title>" in row


def test_whoever_came_early_is_there_since_then() -> None:
    session, [amina] = make_lesson("Amina")
    be_there(session, amina, (-5, None))
    said = text(row_of(get(session, now=RUNNING), "Amina"))
    assert "In the room since 09:55" in said


def test_with_two_devices_one_is_there_until_both_have_left() -> None:
    session, [amina] = make_lesson("Amina")
    be_there(session, amina, (2, 20))
    be_there(session, amina, (10, None))
    said = text(row_of(get(session, now=RUNNING), "Amina"))
    assert "In the room since 10:10" in said


def test_an_end_that_nobody_told_is_called_inferred() -> None:
    session, [amina] = make_lesson("Amina")
    room = Room(session)
    deliver_all(room.joined(amina, 2), room.finished(20))
    page = get(session, now=RUNNING)
    assert "Left at 10:20 (end estimated) left" in text(row_of(page, "Amina"))


def test_whoever_tries_in_vain_is_not_here_yet_and_it_is_told() -> None:
    session, [amina] = make_lesson("Amina")
    for minute in (1, 9):
        try_in_vain(session, amina.identity, minute)
    assert "Not seen, tried to connect 2 times between 10:01 and 10:09" in text(
        row_of(get(session, now=RUNNING), "Amina")
    )


def test_people_off_the_roster_who_are_here_now_are_counted_too() -> None:
    session, _ = make_lesson("Amina")
    be_there(session, None, (5, None), identity="guest", name="Lina")
    be_there(session, None, (5, 9), identity="other", name="Nora")
    page = get(session, now=RUNNING)
    assert "1 in the room, not on the roster" in summary_of(page)
    assert "“ Lina ” guest In the room since 10:05" in text(page)
    assert "“ Nora ” other Left at 10:09" in text(page)


def test_a_decision_that_stands_already_is_shown_beside_where_they_are() -> None:
    session, [amina] = make_lesson("Amina")
    make_attendance(
        amina, session, status="excused", source="manual", marked_at=session.starts_at
    )
    page = get(session, now=RUNNING)
    assert "<span>excused</span>" in row_of(page, "Amina")
    assert summary_of(page) == "0 in the room 0 left 0 not seen 1 excused"


def test_it_says_as_of_when_and_offers_to_look_again_at_the_same() -> None:
    session, _ = make_lesson("Amina", time_zone="Asia/Riyadh")
    page = get(session, now=RUNNING + timedelta(minutes=2), query="?where=missing")
    assert "As of 13:32." in text(page)
    assert '<a class="button" href="?where=missing">Refresh</a>' in page


def test_attendees_see_where_they_are_themselves() -> None:
    session, [amina, ben] = make_lesson("Amina Ben")
    change_person(ben, user=make_user())
    be_there(session, amina, (0, None))
    be_there(session, ben, (3, None))
    page = get(session, ben.user, now=RUNNING)
    assert "In the room since 10:03" in text(row_of(page, "Ben"))
    assert "Amina" not in page
    assert "counts-big" not in page


def test_a_cancelled_session_tells_of_nobody_being_here() -> None:
    session, [amina] = make_lesson("Amina")
    be_there(session, amina, (0, None))
    LiveSession.objects.update(cancelled_at=AFTERWARDS)
    page = get(session, now=RUNNING)
    assert "in the room" not in page
    assert "Refresh" not in page


def test_it_takes_as_many_queries_for_thirty_as_for_three() -> None:
    counts = set()
    for people in (3, 30):
        names = " ".join(f"P{number}" for number in range(people))
        session, roster = make_lesson(names, minutes=60 * 24 * 365 * 50)
        for person in roster:
            be_there(session, person, (0, None))
            be_there(session, None, (0, None), name="UnmatchedPerson")
        client = signed_in(organizer_of(session))
        assert "running now" in client.get(f"/sessions/{session.pk}/").text
        counts.add(queries(client, f"/sessions/{session.pk}/"))
    assert len(counts) == 1
    assert counts.pop() <= 21
