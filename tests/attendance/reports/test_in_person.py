"""The report of a session held in person, and of one held both ways."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine

from attendance.calculating import sessions
from attendance.calculating.sessions import calculate_sessions
from attendance.decisions.checking_in import check_in
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.evidence.due import Selection
from attendance.evidence.whereabouts import Whereabouts
from attendance.models import Attendance, SessionCalculation
from attendance.wording.modes import label_of_people
from events.models import Participant, Role, User
from sessions_app.models import LiveSession, Mode
from sessions_app.services import end_session, take_back_end
from tests.attendance.pages import (
    AFTERWARDS,
    RUNNING,
    be_there,
    calculate,
    get,
    make_lesson,
    organizer_of,
    row_of,
    signed_in,
    text,
    try_in_vain,
)
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


def lesson(
    names: str = "Amina Ben Cleo", mode: str = Mode.IN_PERSON
) -> tuple[LiveSession, list[Participant]]:
    return make_lesson(names, mode=mode)


def staff(session: LiveSession) -> User:
    user = organizer_of(session)
    user.first_name, user.last_name = "Jana", "Weber"
    user.save()
    return user


def arrive(
    session: LiveSession,
    person: Participant,
    minute: int = 3,
    *,
    method: str = "staff",
    by: User | None = None,
) -> None:
    at = session.starts_at + timedelta(minutes=minute)
    check_in(
        Place(session.event, session),
        person,
        method=method,
        by=by or staff(session),
        now=at,
    )


def summary(page: str) -> str:
    _, _, rest = page.partition('<ul class="counts-big">')
    return text(rest.partition("</section>")[0])


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


# --- Whether it was held ------------------------------------------------------------


def question(page: str) -> str:
    _, asked, rest = page.partition(ASKED)
    return text(rest.partition("</section>")[0]) if asked else ""


def test_a_session_in_which_nobody_was_checked_in_asks_whether_it_was_held() -> None:
    session, _ = lesson()
    calculate(session)
    asked = question(get(session))
    assert asked.startswith(
        "Nobody was checked in, or marked as having come. Everyone is unknown for now."
    )
    assert (
        "It was held: enter who came It was held: count all attendees as absent "
        "It was not held: cancel it" in asked
    )
    assert "Or leave it as it is: they stay unknown" in asked


@pytest.mark.parametrize(
    ("mode", "first"),
    [
        (Mode.ONLINE, "It was held: count all attendees as absent"),
        (Mode.IN_PERSON, "It was held: enter who came"),
        (Mode.HYBRID, "It was held: enter who came"),
    ],
)
def test_unless_it_was_online_one_first_enters_who_came(mode: str, first: str) -> None:
    session, _ = lesson(mode=mode)
    calculate(session)
    page = get(session)
    [filled] = re.findall(r'class="button first"[^>]*>\s*(It.*?)\s*<', page)
    assert filled == first
    offers = "enter who came" in first
    assert ('href="?choose=all#several"' in page.partition(ASKED)[2][:2000]) == offers
    ticked = get(session, query="?choose=all")
    boxes = re.findall(r'<input type="checkbox" form="several"[^>]*>', ticked)
    assert ["checked" in box for box in boxes] == [True] * 3
    assert re.search(r"<details open>\s*<summary[^>]*>Mark several", ticked)


def test_one_who_checked_themselves_in_proves_nothing() -> None:
    session, [amina, *_] = lesson()
    change_person(amina, user=make_user())
    arrive(session, amina, method="self", by=amina.person.user)
    calculate(session)
    assert question(get(session)).startswith(
        "1 person checked themselves in. That alone does not show that it was held. "
        "Decisions made by people stand; everyone else is unknown for now."
    )


def test_in_person_presence_online_asks_and_says_that_it_may_have_been_online() -> None:
    session, [amina, *_] = lesson()
    be_there(session, amina)
    calculate(session)
    page = get(session)
    assert question(page).startswith(
        "1 person was seen online. Nobody was checked in, or marked as having come. "
        "Everyone is unknown for now. If people met online, say so: "
        "Edit where it was held"
    )
    viewer = make_member(session.event.organization, Role.VIEWER)
    assert "say so" not in question(get(session, viewer))


def test_online_check_ins_ask_and_say_that_it_may_have_been_in_person() -> None:
    session, [amina, *_] = lesson(mode=Mode.ONLINE)
    arrive(session, amina)
    calculate(session)
    assert question(get(session)).startswith(
        "1 person was checked in by staff. Nobody was seen in its room. "
        "Decisions made by people stand; everyone else is unknown for now. "
        "If people met in person, say so:"
    )


def test_both_ways_the_question_names_both() -> None:
    session, _ = lesson(mode=Mode.HYBRID)
    calculate(session)
    asked = question(get(session))
    assert asked.startswith(
        "Nobody was seen in its room, checked in, or marked as having come."
    )


def test_its_sentence_says_why_somebody_is_unknown() -> None:
    session, [amina, *_] = lesson()
    place = Place(session.event, session)
    mark(place, [Mark(amina, "unknown")], by=organizer_of(session), now=RUNNING)
    calculate(session)
    client = signed_in(organizer_of(session))
    rows = client.get(f"/api/sessions/{session.pk}/attendance").json()["results"]
    assert rows[1]["explanation"] == "Unknown: nothing shows that this session was held"


def send(session: LiveSession, action: str, user: User | None = None) -> int:
    client = signed_in(user or organizer_of(session))
    with time_machine.travel(AFTERWARDS, tick=False):
        return client.post(f"/sessions/{session.pk}/{action}/").status_code


def test_who_said_that_it_was_held_is_named_and_it_can_be_undone() -> None:
    session, _ = lesson()
    calculate(session)
    send(session, "count-as-absent", staff(session))
    page = get(session)
    assert ASKED not in page
    said_at = SessionCalculation.objects.get().said_held_at
    assert said_at
    assert re.search(
        rf"Jana Weber\W said that this session was held \({said_at:%H:%M}\)\.",
        text(page),
    )
    assert "an organizer said that the session was held" in text(row_of(page, "Ben"))
    assert "3 absent" in summary(page)
    viewer = make_member(session.event.organization, Role.VIEWER)
    seen_by_viewer = get(session, viewer)
    assert "said that this session was held" in text(seen_by_viewer)
    assert "take-back-held" not in seen_by_viewer
    assert send(session, "take-back-held", viewer) == 403
    assert send(session, "take-back-held") == 302
    page = get(session)
    assert "said that this session was held" not in text(page)
    assert ASKED in page
    assert not Attendance.objects.exclude(status="unknown").exists()


def test_an_answer_of_somebody_forgotten_stands() -> None:
    session, _ = lesson()
    calculate(session)
    send(session, "count-as-absent", staff(session))
    SessionCalculation.objects.update(said_held_by=None)
    said = text(get(session))
    assert "An organizer said that this session was held (" in said


def test_a_cancelled_session_asks_nothing_and_says_nothing_of_being_held() -> None:
    session, _ = lesson()
    calculate(session)
    send(session, "count-as-absent", staff(session))
    send(session, "cancel")
    page = get(session)
    assert ASKED not in page
    assert "said that this session was held" not in text(page)


def test_what_is_proved_since_is_told_until_it_is_recalculated() -> None:
    session, [amina, *_] = lesson()
    calculate(session)
    arrive(session, amina, 65)
    page = get(session)
    assert ASKED not in page
    assert "It will be recalculated automatically in a few minutes." in text(page)
    calculate(session)
    assert "recalculated automatically" not in text(get(session))


def test_one_that_was_ended_by_mistake_is_calculated_anew_at_its_end() -> None:
    session, [amina, ben, _] = lesson()
    arrive(session, amina)
    session = end_session(session=session, ended_at=None, now=RUNNING)
    calculate_sessions(Selection(now=RUNNING + timedelta(minutes=6)))
    assert Attendance.objects.get(participant=ben).status == "absent"
    session = take_back_end(session=session, now=RUNNING + timedelta(minutes=7))
    arrive(session, ben, 40)
    calculate_sessions(Selection(now=session.end + timedelta(minutes=6)))
    assert Attendance.objects.get(participant=ben).status == "late"
    assert SessionCalculation.objects.filter(calculated_at__gt=session.end).exists()


# --- What is calculated by itself ---------------------------------------------------

LATER = AFTERWARDS + timedelta(days=8)


@pytest.mark.parametrize(
    ("now", "is_promised"), [(AFTERWARDS, True), (LATER, False)], ids=["soon", "later"]
)
def test_only_of_the_last_week_it_is_said_that_it_is_calculated_by_itself(
    now: datetime, *, is_promised: bool
) -> None:
    session, _ = lesson(mode=Mode.ONLINE)
    page = get(session, now=now)
    assert ("in a few minutes" in text(page)) == is_promised
    assert ("calculated only when an organizer asks" in text(page)) != is_promised
    assert '<button class="button first">Calculate now</button>' in page


def test_a_failure_of_long_ago_promises_no_other_try() -> None:
    session, _ = lesson()
    SessionCalculation.objects.create(
        session=session, failures=1, retry_at=LATER, error="broken"
    )
    said = text(get(session, now=LATER))
    assert "The last calculation failed." in said
    assert "Next try" not in said


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (AFTERWARDS, "The calculation failed. It will be retried automatically."),
        (LATER, "The calculation failed."),
    ],
    ids=["soon", "later"],
)
def test_another_try_is_promised_only_if_it_comes(
    now: datetime, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*args: object) -> None:
        raise ValueError

    session, _ = lesson()
    monkeypatch.setattr(sessions, "read_roster", fail)
    with time_machine.travel(now, tick=False):
        client = signed_in(organizer_of(session))
        answer = client.post(f"/sessions/{session.pk}/calculate/", follow=True)
    assert [str(message) for message in answer.context["messages"]] == [said]


def test_news_of_whether_it_was_held_is_calculated_by_itself_however_old() -> None:
    session, [amina, *_] = lesson()
    place = Place(session.event, session)
    mark(place, [Mark(amina, "present")], by=organizer_of(session), now=AFTERWARDS)
    assert "in a few minutes" in text(get(session, now=LATER))


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
