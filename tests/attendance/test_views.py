"""The report of a session and the first page, as people get them."""

import html
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from attendance.models import Attendance, AttendanceChange, SessionCalculation
from attendance.services import calculate_session
from events.models import Organization, Participant, Role, User
from sessions_app.models import LiveSession
from tests.factories import (
    START,
    make_attendance,
    make_connection,
    make_event,
    make_member,
    make_organization,
    make_participant,
    make_presence_event,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db
RUNNING = START + timedelta(minutes=30)
AFTERWARDS = START + timedelta(hours=2)


def make_lesson(
    names: str = "", *, time_zone: str = "UTC", **fields: Any
) -> tuple[LiveSession, list[Participant]]:
    """An hour's session with these people on its roster."""
    event = make_event(time_zone=time_zone, title="Algebra II")
    people = [make_participant(event, name=name) for name in names.split()]
    return make_session(event, title="Quadratic equations", **fields), people


def be_there(
    session: LiveSession,
    person: Participant | None,
    minutes: tuple[float, float | None] = (0, 60),
    **fields: Any,
) -> None:
    """A connection between two minutes of the session; None: nothing ended it."""
    first, last = minutes
    if person:
        fields["identity"] = person.identity
    make_connection(
        session,
        joined_at=session.starts_at + timedelta(minutes=first),
        left_at=None if last is None else session.starts_at + timedelta(minutes=last),
        **fields,
    )
    make_presence_event(session)


def try_in_vain(session: LiveSession, identity: str, minute: int) -> None:
    at = session.starts_at + timedelta(minutes=minute)
    make_connection(
        session,
        identity=identity,
        joined_at=at,
        aborted_at=at + timedelta(seconds=15),
        is_established=False,
    )


def calculate(session: LiveSession, now: datetime = AFTERWARDS) -> None:
    calculate_session(session, now=now, force=True)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def organizer_of(session: LiveSession, **fields: Any) -> User:
    user = make_member(session.event.organization, Role.ORGANIZER)
    for name, value in fields.items():
        setattr(user, name, value)
    user.save()
    return user


def get(
    session: LiveSession, user: User | None = None, *, now: datetime = AFTERWARDS
) -> str:
    """The page of a session as an organizer, or as ``user``, gets it."""
    client = signed_in(user or organizer_of(session))
    with time_machine.travel(now, tick=False):
        answer = client.get(f"/sessions/{session.pk}/")
    assert answer.status_code == 200
    return answer.content.decode()


def text(markup: str) -> str:
    """What a reader sees, on one line."""
    markup = re.sub(r"<title>.*?</title>", " ", markup, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", markup)).split())


def row_of(page: str, name: str) -> str:
    """The markup of one person's row."""
    rows = re.findall(r'<tr role="row">.*?</tr>', page, flags=re.DOTALL)
    [row] = [row for row in rows if f"<bdi>{name}</bdi>" in row]
    return str(row)


def bars_of(row: str) -> list[tuple[str, str, bool]]:
    """Each bar's place, its width, and whether it is hatched."""
    return [
        (x, width, "url(#hatch-" in how)
        for how, x, width in re.findall(
            r'<rect ((?:class="seen")|(?:fill="[^"]*")) x="([^"]*)" y="\d+" '
            r'width="([^"]*)"',
            row,
        )
    ]


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


def test_it_says_when_it_was_calculated() -> None:
    session, [amina] = make_lesson("Amina", time_zone="Asia/Riyadh")
    be_there(session, amina)
    calculate(session)
    at = datetime(2026, 3, 3, 9, 5, tzinfo=UTC)
    SessionCalculation.objects.filter(session=session).update(calculated_at=at)
    assert "ended, calculated 3 March, 12:05" in text(get(session))


def test_a_session_that_ended_otherwise_than_planned_says_both() -> None:
    session, _ = make_lesson("Amina", ended_at=START + timedelta(minutes=48))
    assert "10:00 \u2013 10:48 (planned until 11:00)" in text(get(session))


def test_a_session_over_midnight_names_the_day_of_its_end() -> None:
    session, _ = make_lesson("Amina", time_zone="Pacific/Kiritimati")
    assert "Tuesday 3 March 2026, 00:00 \u2013 01:00" in text(get(session))
    late = make_session(session.event, starts_at=START - timedelta(minutes=30))
    assert "Monday 2 March 2026, 23:30 \u2013 3 March, 00:30" in text(get(late))


# --- A person's row -----------------------------------------------------------------


def test_a_row_says_word_shape_source_figures_and_why() -> None:
    session, [amina, _] = make_lesson("Amina Omar")
    be_there(session, amina, (3, 55))
    calculate(session)
    row = row_of(get(session), "Amina")
    assert text(row) == (
        "Amina Present: 52 of 60 minutes (86.67 %), first seen at 10:03, "
        "within the 15 minutes' grace present LiveKit 52 min 86.67 %"
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
    assert "10:36 \u2013 11:00 (end inferred)</title>" in row
    assert '<pattern id="hatch-present"' in page
    assert "Hatched: no end was reported" in text(page)
    facts = text(page).replace("\u2068", "").replace("\u2069", "")
    assert (
        "2 facts received. 1 end inferred: the server never said that Yusuf left."
        in facts
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
    assert "marked by A. Hadid at 12:00: “Ill, called in.” Computed: absent." in text(
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
    assert "<script" not in page
    for opened in ("<img", "<i>", "<b>"):
        assert opened not in page


def test_hosts_come_first_and_are_called_so() -> None:
    session, _ = make_lesson("Amina Zayd")
    Participant.objects.filter(name="Zayd").update(role="host")
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
    assert "4 ends inferred: the server never said that they left." in text(
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
    said = text(get(session))
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


def test_a_running_session_shows_who_was_seen_and_decides_nothing() -> None:
    session, [amina, ben, _] = make_lesson("Amina Ben Cleo")
    be_there(session, amina, (0, None))
    be_there(session, ben, (3, 15))
    page = get(session, now=RUNNING)
    assert "running now" in text(page)
    assert "Nothing is decided before it has ended" in text(page)
    [summary] = re.findall(r'<ul class="counts-big">.*?</ul>', page, re.DOTALL)
    assert text(summary) == "2 seen 1 not seen"
    row = row_of(page, "Amina")
    assert bars_of(row) == [("0%", "50%", False)]
    assert "Seen since 10:00 unknown 30 min" in text(row)
    assert '<line class="now" x1="50%" x2="50%"' in row
    assert "Not seen so far unknown 0 min" in text(row_of(page, "Cleo"))
    assert "calculate/" not in page


def test_a_session_ahead_shows_its_roster_and_no_figures() -> None:
    session, _ = make_lesson("Amina Ben")
    page = get(session, now=START - timedelta(hours=1))
    assert "not started yet" in text(page)
    assert "2 on the roster" in text(page)
    assert text(row_of(page, "Amina")) == "Amina unknown"


def test_an_ended_session_offers_to_be_calculated_now() -> None:
    session, _ = make_lesson("Amina")
    page = get(session)
    assert "It is calculated by itself a few minutes later" in text(page)
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
    assert "The last calculation failed. It is tried again at 12:00." in said
    assert "broken" not in said


def test_a_session_in_which_nobody_was_seen_asks_whether_it_was_held() -> None:
    session, _ = make_lesson("Amina Ben")
    calculate(session)
    page = get(session)
    assert "<h2>Was this session held?</h2>" in page
    assert "the address of the webhook may be wrong" in text(page)
    assert f'action="/sessions/{session.pk}/count-as-absent/"' in page
    assert f'action="/sessions/{session.pk}/cancel/"' in page
    assert "2 unknown" in text(page)


def test_viewers_are_told_of_the_question_and_cannot_answer_it() -> None:
    session, _ = make_lesson("Amina")
    calculate(session)
    page = get(session, make_member(session.event.organization, Role.VIEWER))
    assert "Was this session held?" in page
    assert "An organizer will say." in page
    assert "count-as-absent" not in page


def test_a_cancelled_session_shows_its_decisions_as_void() -> None:
    session, [amina] = make_lesson("Amina")
    be_there(session, amina)
    calculate(session)
    LiveSession.objects.update(cancelled_at=AFTERWARDS)
    page = get(session)
    assert "what was decided is void" in text(page)
    assert '<table class="people void"' in page
    assert '<span class="status s-unknown">' in row_of(page, "Amina")
    assert f'action="/sessions/{session.pk}/restore/"' in page
    assert "calculate/" not in page


# --- Who sees it --------------------------------------------------------------------


def test_attendees_see_their_own_row_alone() -> None:
    session, [amina, ben] = make_lesson("Amina Ben")
    ben.user = make_user()
    ben.save()
    be_there(session, amina)
    be_there(session, None, (5, 53), identity="guest-7f3a", name="Lina")
    calculate(session)
    page = get(session, ben.user)
    assert text(row_of(page, "Ben")).startswith("Ben Absent: never seen")
    for hidden in ("Amina", "Lina", "guest-7f3a", "counts-big", "<form class"):
        assert hidden not in page.replace('<form class="who"', "")


def test_strangers_sign_in_first() -> None:
    session, _ = make_lesson("Amina")
    for path in ("", "calculate/", "count-as-absent/", "cancel/", "restore/"):
        path = f"/sessions/{session.pk}/{path}"
        answer = Client().post(path) if path.count("/") > 3 else Client().get(path)
        assert answer.status_code == 302
        assert answer["Location"] == f"/?next={path}"


ACTIONS = ["calculate", "count-as-absent", "cancel", "restore"]


def test_what_is_not_yours_is_not_there() -> None:
    session, _ = make_lesson("Amina")
    client = signed_in(make_member(make_organization(), Role.OWNER))
    assert client.get(f"/sessions/{session.pk}/").status_code == 404
    assert client.get("/sessions/99999999999999999999999/").status_code == 404
    for action in ACTIONS:
        assert client.post(f"/sessions/{session.pk}/{action}/").status_code == 404


@pytest.mark.parametrize("action", ACTIONS)
def test_who_may_only_look_may_change_nothing(action: str) -> None:
    session, _ = make_lesson("Amina")
    client = signed_in(make_member(session.event.organization, Role.VIEWER))
    answer = client.post(f"/sessions/{session.pk}/{action}/")
    assert answer.status_code == 403
    assert b"You may not do this" in answer.content
    session.refresh_from_db()
    assert session.cancelled_at is None
    assert not SessionCalculation.objects.exists()


@pytest.mark.parametrize("action", ACTIONS)
def test_opening_a_link_changes_nothing(action: str) -> None:
    session, _ = make_lesson("Amina")
    client = signed_in(organizer_of(session))
    assert client.get(f"/sessions/{session.pk}/{action}/").status_code == 405


def test_a_post_needs_its_token() -> None:
    session, _ = make_lesson("Amina")
    client = Client(enforce_csrf_checks=True)
    client.force_login(organizer_of(session))
    assert client.post(f"/sessions/{session.pk}/cancel/").status_code == 403


def test_pages_about_people_are_kept_by_no_cache() -> None:
    session, _ = make_lesson("Amina")
    client = signed_in(organizer_of(session))
    for path in ("/", f"/sessions/{session.pk}/"):
        assert "no-store" in client.get(path)["Cache-Control"]


def test_nothing_inline_is_allowed_or_needed() -> None:
    session, [amina] = make_lesson("Amina")
    be_there(session, amina, (0, None))
    calculate(session)
    client = signed_in(organizer_of(session))
    answer = client.get(f"/sessions/{session.pk}/")
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert not re.search(rb'\sstyle="|<style|<script|\son\w+="', answer.content)
    assert not re.search(rb'(?:href|src|action)="(?:https?:)?//', answer.content)


# --- What organizers do -------------------------------------------------------------


def post(
    session: LiveSession, action: str, user: User | None = None
) -> tuple[str, list[str]]:
    """The page afterwards, and what it says happened."""
    client = signed_in(user or organizer_of(session))
    with time_machine.travel(AFTERWARDS, tick=False):
        answer = client.post(f"/sessions/{session.pk}/{action}/", follow=True)
    assert answer.redirect_chain == [(f"/sessions/{session.pk}/", 302)]
    page = answer.content.decode()
    return page, re.findall(r'<p class="message \w+">(.*?)</p>', page)


def test_calculating_decides_and_says_how_much_changed() -> None:
    session, [amina, _] = make_lesson("Amina Ben")
    be_there(session, amina)
    page, said = post(session, "calculate")
    assert said == ["Calculated: 2 decisions changed."]
    assert "1 present" in text(page)
    assert '<button class="button">Recalculate</button>' in page
    assert post(session, "calculate")[1] == ["Calculated: nothing changed."]


def test_a_running_session_is_not_calculated_and_says_why() -> None:
    session, _ = make_lesson("Amina", minutes=600)
    _, said = post(session, "calculate")
    assert len(said) == 1
    assert said[0].startswith("The session has not ended")
    assert not SessionCalculation.objects.exists()


def test_counting_all_as_absent_answers_the_question() -> None:
    session, _ = make_lesson("Amina Ben")
    calculate(session)
    organizer = organizer_of(session)
    page, said = post(session, "count-as-absent", organizer)
    assert said == ["2 people count as absent."]
    assert "Was this session held?" not in page
    assert "2 absent" in text(page)
    assert {change.actor for change in AttendanceChange.objects.all()} == {organizer}


def test_counting_where_somebody_was_seen_changes_nothing() -> None:
    session, [amina, _] = make_lesson("Amina Ben")
    be_there(session, amina)
    calculate(session)
    changes = AttendanceChange.objects.count()
    assert post(session, "count-as-absent")[1] == [
        "Nothing to count: somebody was seen meanwhile."
    ]
    assert AttendanceChange.objects.count() == changes


def test_a_session_that_was_not_held_is_cancelled_and_can_be_restored() -> None:
    session, _ = make_lesson("Amina")
    calculate(session)
    page, _said = post(session, "cancel")
    assert "This session was cancelled" in page
    assert "Was this session held?" not in page
    page, _said = post(session, "restore")
    assert "This session was cancelled" not in page


def test_a_session_whose_room_is_taken_stays_cancelled_and_says_why() -> None:
    session, _ = make_lesson("Amina")
    LiveSession.objects.update(cancelled_at=AFTERWARDS)
    make_session(session.event, room_name=session.room_name)
    page, said = post(session, "restore")
    assert "The room is taken then" in said[0]
    assert "This session was cancelled" in page


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
    for allowed in ("Rollcall", "Asia/Riyadh", "Algebra II", "Quadratic equations"):
        said = said.replace(allowed, "")
    for allowed in (session.event.organization.name, "guest-7f3a"):
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


# --- The first page -----------------------------------------------------------------


def home(user: User, *, now: datetime = AFTERWARDS) -> str:
    with time_machine.travel(now, tick=False):
        answer = signed_in(user).get("/")
    assert answer.status_code == 200
    return answer.content.decode()


def groups_of(page: str) -> dict[str, str]:
    """Each heading with the text of what stands under it."""
    sections = re.findall(
        r'<section class="group">\s*<h2>(.*?)</h2>(.*?)</section>', page, re.DOTALL
    )
    return {title: text(markup) for title, markup in sections}


def test_the_first_page_groups_sessions_by_when_they_are() -> None:
    event = make_event()
    starts = {"running": 0, "earlier": -2, "tomorrow": 24, "yesterday": -24}
    for title, hours in starts.items():
        make_session(
            event, title=title, starts_at=START + timedelta(hours=hours, minutes=-30)
        )
    groups = groups_of(home(make_member(event.organization), now=START))
    assert list(groups) == ["Running now", "Today", "Coming up", "Before"]
    assert "09:30 \u2013 10:30 running" in groups["Running now"]
    assert "07:30 \u2013 08:30 earlier" in groups["Today"]
    assert "Tue 3 Mar, 09:30 \u2013 10:30 tomorrow" in groups["Coming up"]
    assert "Sun 1 Mar, 09:30 \u2013 10:30 yesterday" in groups["Before"]


def test_each_session_leads_to_its_report_and_shows_its_counts() -> None:
    session, [amina, _] = make_lesson("Amina Ben")
    be_there(session, amina)
    calculate(session)
    page = home(organizer_of(session))
    assert f'href="/sessions/{session.pk}/"' in page
    assert "1 present 1 absent" in groups_of(page)["Today"]
    assert '<use href="#shape-absent"/>' in page


def test_what_has_no_counts_says_why() -> None:
    session, _ = make_lesson("Amina")
    user = organizer_of(session)
    assert "not calculated yet" in home(user)
    calculate(session)
    assert "nobody was seen" in home(user)
    LiveSession.objects.update(cancelled_at=AFTERWARDS)
    assert "cancelled" in home(user)


def test_attendees_find_their_own_status_and_nobody_elses() -> None:
    session, [amina, ben] = make_lesson("Amina Ben")
    ben.user = make_user()
    ben.save()
    be_there(session, amina)
    calculate(session)
    today = groups_of(home(ben.user))["Today"]
    assert today.endswith(f"{session.event.organization.name} absent")
    assert "present" not in today


def test_sessions_of_others_are_not_listed() -> None:
    session, _ = make_lesson("Amina")
    assert session.title not in home(make_member(make_organization()))


def test_the_zone_is_named_once_or_at_each_session() -> None:
    session, _ = make_lesson("Amina", time_zone="Asia/Riyadh")
    user = organizer_of(session)
    page = home(user)
    assert "Times in Asia/Riyadh" in text(page)
    assert page.count("Asia/Riyadh") == 1
    make_session(make_event(session.event.organization, time_zone="Asia/Tokyo"))
    page = home(user)
    assert "Times in" not in text(page)
    assert "13:00 \u2013 14:00 ( Asia/Riyadh )" in text(page)
    assert "19:00 \u2013 20:00 ( Asia/Tokyo )" in text(page)


def test_a_zone_of_ones_own_comes_first() -> None:
    session, _ = make_lesson("Amina", time_zone="Asia/Riyadh")
    page = home(organizer_of(session, time_zone="Asia/Tokyo"))
    assert "Times in Asia/Tokyo" in text(page)
    assert "19:00 \u2013 20:00" in text(page)


def test_at_most_twenty_that_have_begun_are_listed() -> None:
    event = make_event()
    for day in range(25):
        make_session(event, starts_at=START - timedelta(days=day))
    page = home(make_member(event.organization))
    assert page.count('href="/sessions/') == 20


def test_nothing_to_show_names_what_to_do_next() -> None:
    assert "Make an event with its roster" in home(make_member(make_organization()))
    page = home(make_user())
    assert "an organizer puts this account on a roster" in text(page)
    assert 'href="/api/docs"' in page


# --- Queries ------------------------------------------------------------------------


def queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def make_full_lesson(people: int, marked_by: User | None = None) -> LiveSession:
    session, roster = make_lesson(" ".join(f"P{number}" for number in range(people)))
    for person in roster:
        be_there(session, person, (0, 50))
        be_there(session, None, (0, 50), name="Stranger")
    calculate(session)
    Attendance.objects.filter(session=session).update(marked_by=marked_by)
    return session


def test_a_report_takes_as_many_queries_for_thirty_as_for_three() -> None:
    counts = set()
    for people in (3, 30):
        session = make_full_lesson(people, marked_by=make_user())
        client = signed_in(organizer_of(session))
        counts.add(queries(client, f"/sessions/{session.pk}/"))
    assert len(counts) == 1
    assert counts.pop() <= 12


def test_the_first_page_takes_as_many_queries_for_ten_sessions_as_for_one() -> None:
    user, counts = make_user(), set()
    for sessions in (1, 9):
        for _ in range(sessions):
            session, [amina] = make_lesson("Amina")
            make_attendance(amina, session, status="present")
            session.event.organization.memberships.create(user=user, role=Role.VIEWER)
        counts.add(queries(signed_in(user), "/"))
    assert len(counts) == 1
    assert counts.pop() <= 7
