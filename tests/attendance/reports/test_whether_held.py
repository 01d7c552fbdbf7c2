"""Whether a session was held: the question in its report, the answer, what follows."""

import re
from datetime import datetime, timedelta

import pytest
import time_machine

from attendance.calculating import sessions
from attendance.calculating.sessions import calculate_sessions
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.evidence.due import Selection
from attendance.models import Attendance, SessionCalculation
from events.models import Role, User
from sessions_app.models import LiveSession, Mode
from sessions_app.services import end_session, take_back_end
from tests.attendance.pages import (
    AFTERWARDS,
    RUNNING,
    be_there,
    calculate,
    get,
    organizer_of,
    row_of,
    signed_in,
    text,
)
from tests.attendance.reports.in_person import arrive, lesson, staff, summary
from tests.factories import (
    change_person,
    make_member,
    make_user,
)

pytestmark = pytest.mark.django_db

ASKED = "Was this session held?"


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
