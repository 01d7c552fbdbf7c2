"""The first page, as people get it."""

import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
import time_machine

from attendance.decisions.checking_in import check_in
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.overview.home import session_lines
from attendance.report_rows.read_reports import session_report
from attendance.reports.attendance_status import attendance_status
from attendance.reports.filters import ReportFilters
from attendance.reports.many_reports import ReportRows
from events.models import EventState, Participant, Role, User
from events.permissions import Viewer
from sessions_app.models import LiveSession
from tests.attendance.pages import (
    AFTERWARDS,
    be_there,
    calculate,
    make_lesson,
    organizer_of,
    queries,
    signed_in,
    text,
)
from tests.factories import (
    START,
    change_person,
    make_attendance,
    make_event,
    make_member,
    make_organization,
    make_participant,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db


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
    assert list(groups) == ["Running now", "Today", "Coming up", "Earlier"]
    assert "09:30 \u2013 10:30 running" in groups["Running now"]
    assert "07:30 \u2013 08:30 earlier" in groups["Today"]
    assert "Tue 3 Mar, 09:30 \u2013 10:30 tomorrow" in groups["Coming up"]
    assert "Sun 1 Mar, 09:30 \u2013 10:30 yesterday" in groups["Earlier"]


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
    assert "was it held?" in home(user)
    LiveSession.objects.update(cancelled_at=AFTERWARDS)
    assert "cancelled" in home(user)


def test_whether_it_was_held_is_asked_beside_the_counts_as_in_its_report() -> None:
    session, [amina, ben] = make_lesson("Amina Ben")
    user = organizer_of(session)
    excuse = [Mark(amina, "excused")]
    mark(Place(session.event, session), excuse, by=user, now=AFTERWARDS)
    calculate(session)
    assert "was it held? 1 excused 1 unknown" in groups_of(home(user))["Today"]
    excuse = [Mark(ben, "excused")]
    mark(Place(session.event, session), excuse, by=user, now=AFTERWARDS)
    calculate(session)
    assert "2 excused" in groups_of(home(user))["Today"]
    assert "was it held?" not in home(user)


def test_attendees_are_not_asked_what_they_cannot_answer() -> None:
    session, [amina] = make_lesson("Amina")
    change_person(amina, user=make_user())
    calculate(session)
    assert amina.user
    assert groups_of(home(amina.user))["Today"].endswith("not decided yet")
    assert "was it held?" not in home(amina.user)


def test_its_counts_are_those_of_the_report() -> None:
    """Not those who only waited for a place, but also who was added since."""
    session, [amina, _] = make_lesson("Amina Ben")
    waiting = make_participant(session.event, registration="waitlisted")
    came = make_participant(session.event, registration="waitlisted")
    make_attendance(waiting, session)
    be_there(session, amina)
    be_there(session, came)
    make_session(session.event, title="Another lesson")
    calculate(session)
    make_participant(session.event, name="Chadi")
    user = organizer_of(session)
    report = session_report(session, user=user, now=AFTERWARDS)
    assert report.summary["unknown"] == 1
    counts = " ".join(f"{n} {word}" for word, n in report.summary.items() if n)
    assert counts == "1 unknown 2 present 1 absent"
    assert "2 present 1 absent 1 unknown" in groups_of(home(user))["Today"]


def waits_and_was_marked(session: LiveSession, person: Participant) -> None:
    make_attendance(person, session, status="excused", source="manual")


def waits_and_is_seen(session: LiveSession, person: Participant) -> None:
    be_there(session, person)


def waits_and_was_seen(session: LiveSession, person: Participant) -> None:
    be_there(session, person)
    calculate(session)


def waits_and_answered(session: LiveSession, person: Participant) -> None:
    make_attendance(person, session, status="present", source="self_reported")


def waits_and_was_counted_as_absent(session: LiveSession, person: Participant) -> None:
    make_attendance(person, session, status="absent", source="system_default")


def only_waits(session: LiveSession, person: Participant) -> None:
    pass


@pytest.mark.parametrize(
    "happens",
    [
        waits_and_was_marked,
        waits_and_is_seen,
        waits_and_was_seen,
        waits_and_answered,
        waits_and_was_counted_as_absent,
        only_waits,
    ],
)
def test_whoever_waits_for_a_place_is_in_all_lists_or_in_none(
    happens: Callable[[LiveSession, Participant], None],
) -> None:
    session, [_amina] = make_lesson("Amina")
    waiting = make_participant(session.event, registration="waitlisted")
    happens(session, waiting)
    user = organizer_of(session)
    report = session_report(session, user=user, now=AFTERWARDS)
    [line] = session_lines(
        [session],
        user,
        Viewer.of(user),
        zones={session.pk: "UTC"},
        now=AFTERWARDS,
    )
    counts = {str(one.tone): one.number for one in line.counts}
    assert counts in ({}, {str(k): n for k, n in report.summary.items() if n})
    status = attendance_status(session, user=user, now=AFTERWARDS)
    listed = {one["participant"]["id"] for one in status["participants"]}
    assert listed == {row.participant.pk for row in report.rows}
    filters = ReportFilters({"session": session.pk})
    assert filters.is_valid()
    [[many]] = ReportRows(filters, user=user, now=AFTERWARDS).chunks()
    assert len(many.rows) == len(report.rows)


def test_attendees_find_their_own_status_and_nobody_elses() -> None:
    session, [amina, ben] = make_lesson("Amina Ben")
    user = make_user()
    change_person(ben, user=user)
    be_there(session, amina)
    calculate(session)
    today = groups_of(home(user))["Today"]
    assert today.endswith(f"{session.event.organization.name} absent")
    assert "present" not in today


def test_a_parent_finds_the_status_of_each_child_with_their_name() -> None:
    session, [amina, ben, _] = make_lesson("Amina Ben Chadi")
    other, [dina] = make_lesson("Dina")
    parent = make_user()
    for child in (amina, ben, dina):
        change_person(child, user=parent)
    be_there(session, amina)
    be_there(other, dina)
    calculate(session)
    calculate(other)
    today = groups_of(home(parent))["Today"]
    assert f"{session.event.organization.name} Amina present Ben absent" in today
    assert f"{other.event.organization.name} Dina present" in today
    assert "Chadi" not in today


def test_a_parent_finds_all_children_before_anything_is_decided() -> None:
    session, children = make_lesson("Amina Ben")
    make_session(session.event, starts_at=AFTERWARDS + timedelta(days=1))
    make_session(session.event, starts_at=AFTERWARDS, mode="in_person")
    parent = make_user()
    for child in children:
        change_person(child, user=parent)
    running = session.event.sessions.get(mode="in_person")
    by = organizer_of(session)
    check_in(Place(session.event, running), children[0], by=by, now=AFTERWARDS)
    groups = groups_of(home(parent))
    assert groups["Running now"].endswith("Amina present Ben")
    assert groups["Today"].endswith("not calculated yet Amina Ben")
    assert groups["Coming up"].endswith("Amina Ben")


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


def next_step(user: User) -> str:
    """Where the filled button of the empty first page leads."""
    [path] = re.findall(r'class="button first" href="(.*?)"', home(user))
    return str(path)


def test_nothing_to_show_names_what_to_do_next() -> None:
    user = make_member(make_organization())
    assert next_step(user) == "/events/new/"
    make_event(user.memberships.get().organization, state=EventState.DRAFT)
    assert next_step(user) == "/events/"
    person = make_participant(make_event(state=EventState.DRAFT), user=make_user())
    assert person.user
    assert "once an organizer schedules them" in text(home(person.user))


def test_whoever_belongs_nowhere_may_quietly_begin_an_organization() -> None:
    """Attendees too; on no other page, and not as the button to press."""
    attendee = make_participant(user=make_user()).user
    assert attendee
    for user in (make_user(), attendee):
        page = home(user)
        assert 'href="/organizations/new/"' in page
        assert not re.search(r'class="button[^>]*href="/organizations/new/"', page)
    for member in (make_member(make_organization(), Role.VIEWER),):
        assert 'href="/organizations/new/"' not in home(member)


def test_a_superuser_begins_with_an_organization() -> None:
    superuser = make_user(is_superuser=True)
    assert next_step(superuser) == "/organizations/new/"
    make_organization()
    assert next_step(superuser) == "/events/new/"


def test_the_first_page_takes_as_many_queries_for_ten_sessions_as_for_one() -> None:
    user, counts = make_user(), set()
    for sessions in (1, 9):
        for _ in range(sessions):
            session, [amina] = make_lesson("Amina")
            make_attendance(amina, session, status="present")
            session.event.organization.memberships.create(user=user, role=Role.VIEWER)
        counts.add(queries(signed_in(user), "/"))
    assert len(counts) == 1
    assert counts.pop() <= 15
