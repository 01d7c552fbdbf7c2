"""The report of a session, as people get it."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from pytest_django import Settings

from attendance.models import Attendance, SessionCalculation
from events.models import Organization, Participant, Role
from sessions_app.models import LiveSession
from tests.attendance.pages import (
    AFTERWARDS,
    bars_of,
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
    make_attendance,
    make_event,
    make_member,
    make_participant,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db

CHOOSE_SCRIPT = '<script type="module" src="/static/choose.js">'
PRINT_SCRIPT = '<script type="module" src="/static/print.js">'


# --- The head -----------------------------------------------------------------------


def test_it_says_what_where_and_when_with_its_zone_once() -> None:
    session, _ = make_lesson("Amina", time_zone="Asia/Riyadh")
    page = get(session)
    assert "<title>Quadratic equations · Rollcall</title>" in page
    assert f"{session.event.organization.name} \u203a Algebra II" in text(page)
    assert (
        "Monday 2 March 2026, 13:00 \u2013 14:00 ( Asia/Riyadh ) "
        "· ended, not calculated yet" in text(page)
    )
    assert page.count("Asia/Riyadh") == 1


def test_it_leads_back_to_its_event_and_on_to_a_table_of_it() -> None:
    session, _ = make_lesson("Amina")
    page = get(session)
    assert f'<a href="/events/{session.event_id}/"><bdi>Algebra II</bdi></a>' in page
    assert f'href="/api/reports.csv?session={session.pk}" download' in page


def test_it_can_be_printed_where_there_is_javascript() -> None:
    session, _ = make_lesson("Amina")
    page = get(session)
    assert PRINT_SCRIPT in page
    assert re.search(r"<button [^>]*data-print hidden>Print</button>", page)
    assert "As of Monday 2 March 2026, 12:00." in text(page)


def test_it_says_when_it_was_calculated() -> None:
    session, [amina] = make_lesson("Amina", time_zone="Asia/Riyadh")
    be_there(session, amina)
    calculate(session)
    at = datetime(2026, 3, 3, 9, 5, tzinfo=UTC)
    SessionCalculation.objects.filter(session=session).update(calculated_at=at)
    assert "ended, calculated Tue 3 Mar, 12:05" in text(get(session))


def test_a_session_that_ended_otherwise_than_planned_says_both() -> None:
    session, _ = make_lesson("Amina", ended_at=START + timedelta(minutes=48))
    assert "10:00 \u2013 10:48, planned until 11:00" in text(get(session))


def test_a_session_over_midnight_names_the_day_of_its_end() -> None:
    session, _ = make_lesson("Amina", time_zone="Pacific/Kiritimati")
    assert "Tuesday 3 March 2026, 00:00 \u2013 01:00" in text(get(session))
    late = make_session(session.event, starts_at=START - timedelta(minutes=30))
    assert "Monday 2 March 2026, 23:30 \u2013 Tue 3 Mar, 00:30" in text(get(late))


# --- A person's row -----------------------------------------------------------------


def test_a_row_says_word_shape_source_figures_and_why() -> None:
    session, [amina, _] = make_lesson("Amina Omar")
    be_there(session, amina, (3, 55))
    calculate(session)
    row = row_of(get(session), "Amina")
    assert text(row) == (
        "Amina Present: 52 of 60 minutes (87 %), first seen at 10:03, "
        "within the 15-minute grace period present LiveKit 52 min 87 %"
    )
    assert '<span class="status s-present">' in row
    assert '<use href="#shape-present"/>' in row


@pytest.mark.parametrize(
    ("minutes", "status"),
    [
        ((0, 60), "present"),
        ((18, 55), "late"),
        ((0, 20), "partial"),
        ((0, 2), "absent"),
    ],
)
def test_every_status_has_its_own_word_colour_and_shape(
    minutes: tuple[float, float], status: str
) -> None:
    session, [amina, other] = make_lesson("Amina Other")
    be_there(session, amina, minutes)
    be_there(session, other)
    calculate(session)
    page = get(session)
    row = row_of(page, "Amina")
    assert f'<span class="status s-{status}">' in row
    assert f'<use href="#shape-{status}"/>' in row
    assert f"<span>{status}</span>" in row
    assert f'<symbol id="shape-{status}"' in page


def test_the_bar_shows_presence_against_the_window_and_the_grace() -> None:
    session, [amina] = make_lesson("Amina")
    be_there(session, amina, (3, 30))
    be_there(session, amina, (45, 60))
    calculate(session)
    row = row_of(get(session), "Amina")
    assert bars_of(row) == [("5%", "45%", False), ("75%", "25%", False)]
    assert '<line class="grace" x1="25%" x2="25%"' in row
    assert "<title>Seen 10:03 \u2013 10:30, 10:45 \u2013 11:00</title>" in row


def test_a_bar_runs_from_the_right_where_text_does() -> None:
    session, [amina] = make_lesson("Amina")
    be_there(session, amina, (3, 30))
    calculate(session)
    page = get(session, organizer_of(session, language="ar"))
    assert '<html lang="ar" dir="rtl">' in page
    row = row_of(page, "Amina")
    assert bars_of(row) == [("50%", "45%", False)]
    assert '<line class="grace" x1="75%" x2="75%"' in row


def test_an_inferred_end_is_hatched_and_told() -> None:
    session, [yusuf] = make_lesson("Yusuf")
    be_there(session, yusuf, (0, 30))
    be_there(session, yusuf, (36, None))
    calculate(session)
    page = get(session)
    row = row_of(page, "Yusuf")
    assert bars_of(row) == [("0%", "50%", False), ("60%", "40%", True)]
    assert "10:36 \u2013 11:00 (end estimated)</title>" in row
    assert '<pattern id="hatch-present"' in page
    assert "Hatched: LiveKit did not report" in text(page)
    facts = text(page).replace("\u2068", "").replace("\u2069", "")
    assert (
        "2 messages from LiveKit. 1 end estimated: LiveKit never reported that "
        "Yusuf left." in facts
    )


def test_a_policy_without_grace_draws_no_line() -> None:
    session, [amina] = make_lesson("Amina")
    be_there(session, amina)
    calculate(session)
    Attendance.objects.update(grace_minutes=0)
    page = get(session)
    assert 'class="grace"' not in page
    assert "dashed" not in page


def test_whoever_never_came_has_an_empty_bar_and_says_so() -> None:
    session, [amina, _] = make_lesson("Amina Omar")
    be_there(session, amina)
    for minute in (1, 5, 9):
        try_in_vain(session, _.identity, minute)
    calculate(session)
    row = row_of(get(session), "Omar")
    assert bars_of(row) == []
    assert "<title>Not seen</title>" in row
    assert "tried to connect 3 times between 10:01 and 10:09" in text(row)
    assert "0 min 0 %" in text(row)


def test_a_mark_of_a_person_says_whose_it_is_and_what_was_computed() -> None:
    session, [amina, sara] = make_lesson("Amina Sara")
    be_there(session, amina)
    calculate(session)
    teacher = make_user(first_name="A.", last_name="Hadid")
    Attendance.objects.filter(participant=sara).update(
        status="excused",
        source="manual",
        marked_by=teacher,
        marked_at=AFTERWARDS,
        notes="Ill, called in.",
    )
    row = row_of(get(session), "Sara")
    assert "marked by A. Hadid at 12:00: “Ill, called in.” Calculated: absent." in text(
        row
    )
    assert '<use href="#shape-excused"/>' in row
    assert '<p class="source">marked by hand</p>' in row


def test_names_cannot_write_markup() -> None:
    event = make_event(title="<b>course</b>")
    make_participant(event, name="<script>alert(1)</script>")
    session = make_session(event, title='"><img src=x>')
    be_there(session, None, (0, 60), identity="x", name="<i>stranger</i>")
    page = get(session)
    assert re.findall(r"<script[^>]*>", page) == [CHOOSE_SCRIPT, PRINT_SCRIPT]
    for opened in ("<img", "<i>", "<b>"):
        assert opened not in page


@pytest.mark.parametrize("who", ["viewer", "host"])
def test_people_of_one_name_are_told_apart_for_who_may_see_addresses(who: str) -> None:
    session, _ = make_lesson("Ben")
    for name, email, number in (
        ("Ana", "one@example.com", "S-1"),
        ("Ana", "", "S-2"),
        ("Cem", "cem@example.com", "S-3"),
        ("Dan", "both@example.com", "S-4"),
        ("Dan", "both@example.com", "S-5"),
    ):
        make_participant(session.event, name=name, email=email, external_id=number)
    user = make_member(session.event.organization, Role.VIEWER)
    if who == "host":
        user = make_user()
        make_participant(session.event, user=user, role="host", name="Host")
    page = get(session, user)
    beside = re.findall(r"<span><bdi>(.*?)</bdi></span>", page)
    told_apart = ["one@example.com", "S-2", "S-4", "S-5"]
    assert beside == (told_apart if who == "viewer" else [])


def test_hosts_come_first_and_are_called_so() -> None:
    session, _ = make_lesson("Amina Zayd")
    Participant.objects.filter(person__name="Zayd").update(role="host")
    page = get(session)
    assert page.index("Zayd") < page.index("Amina")
    assert text(row_of(page, "Zayd")).startswith("Zayd host")


# --- The summary --------------------------------------------------------------------


def test_the_summary_counts_people_by_status() -> None:
    session, [amina, ben, cleo, _] = make_lesson("Amina Ben Cleo Dora")
    be_there(session, amina)
    be_there(session, ben)
    be_there(session, cleo, (0, 20))
    calculate(session)
    [summary] = re.findall(r'<ul class="counts-big">.*?</ul>', get(session), re.DOTALL)
    assert text(summary) == "2 present 0 late 1 partial 1 absent"
    assert '<strong class="s-present">2</strong>' in summary


def test_many_inferred_ends_are_counted_without_names() -> None:
    session, people = make_lesson("Amina Ben Cleo Dora")
    for person in people:
        be_there(session, person, (0, None))
    calculate(session)
    assert "4 ends estimated: LiveKit never reported that they left." in text(
        get(session)
    )


# --- People who are not on the roster -----------------------------------------------


def test_people_off_the_roster_are_listed_below_with_what_they_did() -> None:
    session, [amina] = make_lesson("Amina")
    be_there(session, amina)
    be_there(session, None, (5, 53), identity="guest-7f3a", name="Lina")
    be_there(session, None, (20, 42), identity="sip-1", name="+49 171", kind="SIP")
    for minute in (3, 4):
        try_in_vain(session, "lost-phone", minute)
    calculate(session)
    said = text(re.sub(r"<details.*?</details>", "", get(session), flags=re.DOTALL))
    assert "Seen, but not on the roster (3)" in said
    assert "“ Lina ” guest-7f3a Seen 10:05 \u2013 10:53 48 min" in said
    assert "“ +49 171 ” by telephone sip-1 Seen 10:20 \u2013 10:42 22 min" in said
    assert (
        "no name lost-phone Tried to connect 2 times between 10:03 and 10:04, "
        "never got through 0 min" in said
    )


def test_nobody_unmatched_is_no_heading() -> None:
    session, [amina] = make_lesson("Amina")
    be_there(session, amina)
    calculate(session)
    assert "not on the roster" not in text(get(session))


@pytest.mark.parametrize("who", ["viewer", "host"])
def test_viewers_and_hosts_see_all_but_identities_and_buttons(who: str) -> None:
    session, [amina] = make_lesson("Amina")
    be_there(session, amina)
    be_there(session, None, (5, 53), identity="guest-7f3a", name="Lina")
    calculate(session)
    if who == "viewer":
        user = make_member(session.event.organization, Role.VIEWER)
    else:
        user = make_user()
        make_participant(session.event, user=user, role="host", name="Host")
    page = get(session, user)
    assert "Lina" in page
    assert "Amina" in page
    assert "guest-7f3a" not in page
    assert "calculate/" not in page


# --- Where nothing is decided -------------------------------------------------------


def test_a_session_ahead_shows_its_roster_and_no_figures() -> None:
    session, _ = make_lesson("Amina Ben")
    page = get(session, now=START - timedelta(hours=1))
    assert "not started yet" in text(page)
    assert "2 on the roster" in text(page)
    assert text(row_of(page, "Amina")) == "Amina unknown"


@pytest.mark.parametrize("minutes", [-60, 30])
def test_organizers_are_told_how_people_join_until_it_has_ended(
    minutes: int, settings: Settings
) -> None:
    settings.LIVEKIT_URL = "wss://livekit.example.com"
    session, _ = make_lesson("Amina")
    at = START + timedelta(minutes=minutes)
    said = text(get(session, now=at))
    assert (
        f"People join the room {session.room_name} with a LiveKit client, each with "
        "their own token. How to get a token" in said
    )
    viewer = make_member(session.event.organization, Role.VIEWER)
    assert "How to get a token" not in get(session, viewer, now=at)
    assert "How to get a token" not in get(session)
    LiveSession.objects.update(cancelled_at=AFTERWARDS)
    assert "How to get a token" not in get(session, now=at)


def test_nobody_is_told_how_to_join_where_nobody_can(settings: Settings) -> None:
    session, _ = make_lesson("Amina")
    settings.LIVEKIT_URL = ""
    assert "How to get a token" not in get(session, now=START)
    settings.LIVEKIT_URL = "wss://livekit.example.com"
    assert "How to get a token" in get(session, now=START)
    LiveSession.objects.update(mode="in_person")
    session.refresh_from_db()
    assert "How to get a token" not in get(session, now=START)


def test_an_ended_session_offers_to_be_calculated_now() -> None:
    session, _ = make_lesson("Amina")
    page = get(session)
    assert "It will be calculated automatically in a few minutes" in text(page)
    assert '<button class="button first">Calculate now</button>' in page


def test_an_empty_roster_says_so() -> None:
    session, _ = make_lesson()
    assert "Nobody is on the roster" in text(get(session))


def test_a_failed_calculation_says_when_it_is_tried_again() -> None:
    session, _ = make_lesson("Amina")
    SessionCalculation.objects.create(
        session=session, failures=1, retry_at=AFTERWARDS, error="broken"
    )
    said = text(get(session))
    assert "The last calculation failed. Next try: 12:00." in said
    assert "in a few minutes" not in said
    assert "broken" not in said


def test_who_was_decided_about_stays_so_whatever_is_answered() -> None:
    session, [ana, _ben] = make_lesson("Ana Ben")
    make_attendance(
        ana, session, status="present", source="check_in", marked_at=AFTERWARDS
    )
    calculate(session)
    page = text(get(session))
    assert "Decisions made by people stand" in page
    assert "It was held: count the other attendees as absent" in page


def test_a_session_in_which_nobody_was_seen_asks_whether_it_was_held() -> None:
    session, _ = make_lesson("Amina Ben")
    calculate(session)
    page = get(session)
    assert "<h2>Was this session held?</h2>" in page
    assert "the webhook address may be wrong" in text(page)
    assert f'action="/sessions/{session.pk}/count-as-absent/"' in page
    assert f'action="/sessions/{session.pk}/cancel/"' in page
    assert "2 unknown" in text(page)


def test_viewers_are_told_of_the_question_and_cannot_answer_it() -> None:
    session, _ = make_lesson("Amina")
    calculate(session)
    page = get(session, make_member(session.event.organization, Role.VIEWER))
    assert "Was this session held?" in page
    assert "An organizer will answer this." in page
    assert "count-as-absent" not in page


def test_a_cancelled_session_shows_its_decisions_as_void() -> None:
    session, [amina] = make_lesson("Amina")
    be_there(session, amina)
    calculate(session)
    LiveSession.objects.update(cancelled_at=AFTERWARDS)
    page = get(session)
    assert "Its decisions do not count" in text(page)
    assert '<table class="people void"' in page
    assert '<span class="status s-unknown">' in row_of(page, "Amina")
    assert f'action="/sessions/{session.pk}/restore/"' in page
    assert "calculate/" not in page


# --- Language -----------------------------------------------------------------------


def test_an_arabic_page_is_arabic_throughout() -> None:
    session, [amina] = make_lesson("أمينة", time_zone="Asia/Riyadh")
    be_there(session, amina, (3, 55))
    be_there(session, None, (5, None), identity="guest-7f3a", name="لينا")
    calculate(session)
    page = get(session, organizer_of(session, language="ar"))
    assert "الاثنين 2 مارس 2026، 13:00 \u2013 14:00" in text(page)
    assert "حاضر: 52 من 60 دقيقة" in text(page)
    said = text(page)
    for allowed in ("Rollcall", "LiveKit", "Asia/Riyadh", "Algebra II"):
        said = said.replace(allowed, "")
    organization = session.event.organization.name
    for allowed in ("Quadratic equations", organization, "guest-7f3a"):
        said = said.replace(allowed, "")
    said = re.sub(r"user\d+", "", said)
    assert re.findall(r"[A-Za-z]{2,}", said) == []


def test_the_organization_says_the_language_where_nobody_else_does() -> None:
    session, _ = make_lesson("Amina")
    Organization.objects.update(language="ar")
    organizer = organizer_of(session)
    path = f"/sessions/{session.pk}/"
    answer = signed_in(organizer).get(path)
    assert b'<html lang="ar" dir="rtl">' in answer.content
    assert answer["Content-Language"] == "ar"
    answer = signed_in(organizer).get(path, headers={"Accept-Language": "en"})
    assert b'<html lang="en" dir="ltr">' in answer.content
