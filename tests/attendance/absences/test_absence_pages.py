"""Announcing an absence on pages, signed in or by a link, and confirming it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from attendance.absences.settling import settle
from attendance.completion.completing import complete_event
from attendance.models import AnnouncedAbsence, Attendance
from core.times import long_date
from events.roster.personal_links import personal_path, token_of
from tests.attendance.absences.announced import Course
from tests.attendance.calculated import attend, calculate
from tests.factories import make_event, make_participant, make_session
from tests.written import written

pytestmark = pytest.mark.django_db


@pytest.fixture
def course() -> Course:
    return Course()


def browser_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(answer: Any) -> str:
    assert answer.status_code == 200, answer
    return " ".join(answer.content.decode().split())


def personal(course: Course) -> str:
    return reverse("announce_personally", args=[token_of(course.place)])


# --- The person -----------------------------------------------------------------------


@pytest.mark.parametrize("signed_in", [True, False])
def test_they_choose_what_they_will_miss_and_can_take_it_back(
    course: Course, signed_in: bool
) -> None:
    first, second = course.lessons
    path, client = personal(course), Client(enforce_csrf_checks=not signed_in)
    if signed_in:
        path = reverse("announce_absence", args=[course.place.pk])
        client.force_login(course.amal)
    page = text_of(client.get(path))
    assert first.title in page
    assert second.title in page
    assert course.past.title not in page
    sent = client.post(path, {"sessions": [second.pk], "reason": "At the <doctor>."})
    assert (sent.status_code, sent["Location"]) == (302, path)
    said = course.only
    assert said.session == second
    assert said.announced_by == (course.amal if signed_in else None)
    page = text_of(client.get(path))
    assert "At the &lt;doctor&gt;." in page
    assert "Not answered yet." in page
    back = f"{path}{said.pk}/withdraw/"
    assert f'action="{back}"' in page
    assert client.post(back)["Location"] == path
    assert course.only.withdrawn_at is not None
    assert "doctor" not in text_of(client.get(path))


def test_all_that_is_to_come_is_one_box(course: Course) -> None:
    Client().post(personal(course), {"all": "on", "reason": "Moved away."})
    assert {each.session for each in course.absences} == set(course.lessons)


def test_of_an_event_without_sessions_only_why_is_asked(course: Course) -> None:
    event = make_event(starts_at=course.now + timedelta(hours=1))
    place = make_participant(event)
    path = reverse("announce_personally", args=[token_of(place)])
    assert 'name="sessions"' not in text_of(Client().get(path))
    Client().post(path, {"reason": "Ill."})
    assert course.only.session is None


def test_mail_scanners_change_nothing(course: Course) -> None:
    [said] = course.say(course.lessons[0])
    back = reverse("withdraw_personally", args=[token_of(course.place), said.pk])
    with CaptureQueriesContext(connection) as queries:
        for _time in range(10):
            assert Client().get(personal(course)).status_code == 200
            assert Client().head(personal(course)).status_code == 200
            assert Client().get(back).status_code == 405
            assert Client().head(back).status_code == 405
    assert not written(queries)
    assert course.only.withdrawn_at is None


def test_nobody_elses_absence_is_taken_back(course: Course) -> None:
    other = make_participant(course.event)
    [said] = course.say(course.lessons[0], place=other)
    args = [token_of(course.place), said.pk]
    path = reverse("withdraw_personally", args=args)
    assert Client().post(path).status_code == 404
    path = reverse("withdraw_absence", args=[course.place.pk, said.pk])
    assert browser_of(course.amal).post(path).status_code == 404
    assert course.only.withdrawn_at is None


def test_what_is_missing_stands_at_its_field(course: Course) -> None:
    first = course.lessons[0]
    for sent, field in (
        ({"reason": "Ill."}, "id_sessions"),
        ({"sessions": [first.pk], "reason": " "}, "id_reason"),
        ({"sessions": [first.pk], "reason": "x" * 2001}, "id_reason"),
        ({"sessions": [course.past.pk], "reason": "Ill."}, "id_sessions"),
        ({"sessions": ["x"], "reason": "Ill."}, "id_sessions"),
    ):
        page = text_of(Client().post(personal(course), sent))
        assert f'id="{field}_error"' in page, sent
    assert not AnnouncedAbsence.objects.exists()


def test_what_was_answered_meanwhile_is_not_taken_back(course: Course) -> None:
    [said] = course.say(course.lessons[0])
    confirmed(course, said)
    path = reverse("withdraw_personally", args=[token_of(course.place), said.pk])
    answer = Client().post(path)
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "An organizer has answered this already." in page
    assert "Confirmed" in page
    assert "withdraw" not in page


def test_the_personal_page_leads_there(course: Course) -> None:
    page = text_of(Client().get(personal_path(course.place)))
    assert f'<a href="{personal(course)}">I will not be there</a>' in page


def test_the_personal_page_says_what_became_of_each(course: Course) -> None:
    _waits, refused = course.say(*course.lessons)
    settle(
        refused,
        confirmed=False,
        with_others=False,
        by=course.organizer,
        now=course.now,
    )
    page = text_of(Client().get(personal_path(course.place)))
    rows = re.findall(r'<li class="own-line">.*?</li>', page)
    rows = [row for row in rows if f'href="{personal(course)}"' in row]
    told = {
        lesson.title: row
        for lesson in course.lessons
        for row in rows
        if lesson.title in row
    }
    assert "Not answered yet." in told[course.lessons[0].title]
    assert "Not confirmed: ask an organizer" in told[course.lessons[1].title]


# --- Organizers and hosts -------------------------------------------------------------


def confirmed(course: Course, said: AnnouncedAbsence) -> None:
    settle(said, confirmed=True, with_others=False, by=course.organizer, now=course.now)


def report(course: Course) -> str:
    return reverse("session", args=[course.lessons[0].pk])


def test_it_stands_where_organizers_look(course: Course) -> None:
    [said] = course.say(course.lessons[0])
    action = f'action="{reverse("settle_absence", args=[said.pk])}"'
    for path in (
        report(course),
        reverse("person", args=[course.place.person_id]),
        reverse("announced_absences", args=[course.organization.pk]),
    ):
        page = text_of(browser_of(course.organizer).get(path))
        assert "Ill." in page, path
        assert action in page, path
        page = text_of(browser_of(course.viewer).get(path))
        assert "Ill." not in page, path
        assert action not in page, path
    for path in (
        reverse("home"),
        reverse("event", args=[course.event.pk]),
        reverse("organization", args=[course.organization.pk]),
    ):
        page = text_of(browser_of(course.organizer).get(path))
        assert "1 announced absence" in page, path


def test_hosts_confirm_it_for_their_sessions(course: Course) -> None:
    [said] = course.say(course.lessons[0])
    client = browser_of(course.teacher)
    path = reverse("settle_absence", args=[said.pk])
    assert f'action="{path}"' in text_of(client.get(report(course)))
    answer = client.post(path, {"confirmed": "yes"})
    assert answer["Location"] == f"{report(course)}#p{course.place.pk}"
    assert course.decided(course.lessons[0]) == ("excused", "parent_reported")


def test_what_is_about_the_event_itself_only_organizers_confirm(
    course: Course,
) -> None:
    event = make_event(
        course.organization, starts_at=timezone.now() + timedelta(hours=1)
    )
    make_participant(event, role="host", user=course.teacher)
    place = make_participant(event)
    [said] = course.say(place=place)
    path = reverse("settle_absence", args=[said.pk])
    sent = {"confirmed": "yes"}
    assert browser_of(course.teacher).post(path, sent).status_code == 403
    attendance = reverse("event_attendance", args=[event.pk])
    assert f'action="{path}"' in text_of(browser_of(course.organizer).get(attendance))
    answer = browser_of(course.organizer).post(path, sent)
    assert answer["Location"] == f"{attendance}#p{place.pk}"
    assert course.decided(None, place) == ("excused", "parent_reported")
    page = text_of(browser_of(course.organizer).get(attendance))
    assert "Confirmed by" in page
    page = text_of(browser_of(course.organizer).get(reverse("event", args=[event.pk])))
    assert "Check in" in page


def test_an_event_of_which_only_excuses_are_known_still_asks_what_comes_next(
    course: Course,
) -> None:
    event = make_event(
        course.organization, starts_at=timezone.now() - timedelta(minutes=5)
    )
    place = make_participant(event)
    path = reverse("event", args=[event.pk])
    before = text_of(browser_of(course.organizer).get(path))
    [said] = course.say(place=place, now=event.starts_at - timedelta(hours=1))
    confirmed(course, said)
    after = text_of(browser_of(course.organizer).get(path))
    assert ("Add a session" in before) == ("Add a session" in after)


def test_where_all_are_absent_by_default_an_excuse_does_not_say_that_it_was_held(
    course: Course,
) -> None:
    event = make_event(
        course.organization, starts_at=timezone.now() - timedelta(hours=5)
    )
    excused = make_participant(event)
    make_participant(event)
    [said] = course.say(place=excused, now=event.starts_at - timedelta(hours=1))
    confirmed(course, said)
    complete_event(event=event, now=timezone.now())
    path = reverse("event_attendance", args=[event.pk])
    page = text_of(browser_of(course.organizer).get(path))
    assert "Nobody was checked in, or marked as having come" in page


def test_several_announced_at_once_are_confirmed_at_once(course: Course) -> None:
    course.say(*course.lessons)
    said = course.absences[0]
    page = text_of(browser_of(course.organizer).get(report(course)))
    assert "Also 1 other session announced with it" in page
    path = reverse("settle_absence", args=[said.pk])
    sent = {"confirmed": "yes", "others": "on", "back": "announced_absences"}
    answer = browser_of(course.organizer).post(path, sent, follow=True)
    assert "is excused from 2 sessions." in text_of(answer)
    assert Attendance.objects.filter(status="excused").count() == 2


def test_not_confirming_says_that_nothing_was_marked(course: Course) -> None:
    [said] = course.say(course.lessons[0])
    path = reverse("settle_absence", args=[said.pk])
    client = browser_of(course.organizer)
    page = text_of(client.post(path, {"confirmed": "no"}, follow=True))
    assert "Nothing was marked" in page
    assert "Not confirmed by" in page
    assert "Ill." in page
    assert not Attendance.objects.exists()


def test_neither_yes_nor_no_is_refused(course: Course) -> None:
    [said] = course.say(course.lessons[0])
    path = reverse("settle_absence", args=[said.pk])
    page = text_of(browser_of(course.organizer).post(path, {}, follow=True))
    assert "Confirm it, or not." in page
    assert course.only.settled_at is None


@pytest.mark.parametrize("is_confirmed", [True, False])
def test_the_report_says_that_who_announced_it_was_seen_all_the_same(
    course: Course, is_confirmed: bool
) -> None:
    first = course.lessons[0]
    [said] = course.say(first)
    if is_confirmed:
        confirmed(course, said)
    attend(first, course.place, minutes=40)
    calculate(first, now=first.end + timedelta(hours=1))
    page = text_of(browser_of(course.organizer).get(report(course)))
    assert "But they were seen for 40 min." in page
    expected = "excused" if is_confirmed else "present"
    assert course.decided(first)[0] == expected


def test_the_door_says_so_beside_the_name_but_not_why(course: Course) -> None:
    first = course.lessons[0]
    first.starts_at = course.now - timedelta(minutes=5)
    course.say(first)
    first.mode = "in_person"
    first.save()
    path = reverse("door", args=[course.event.pk])
    page = text_of(browser_of(course.organizer).get(f"{path}?session={first.pk}"))
    assert "announced absence" in page
    assert "Ill." not in page


def test_the_history_shows_it(course: Course) -> None:
    [said] = course.say(course.lessons[0])
    confirmed(course, said)
    path = reverse("history", args=[course.place.pk])
    for user in (course.amal, course.teacher, course.organizer):
        page = text_of(browser_of(user).get(path))
        assert "Announced absence" in page
        assert "Confirmed by" in page


# --- Many -----------------------------------------------------------------------------


def queries(user: Any, path: str) -> int:
    client = browser_of(user)
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


def test_many_absences_take_as_many_queries_as_one(course: Course) -> None:
    def many(number: int) -> None:
        for _number in range(number):
            course.say(*course.lessons, place=make_participant(course.event))

    many(1)
    course.say(*course.lessons)
    paths = [
        report(course),
        reverse("home"),
        reverse("event_attendance", args=[course.event.pk]),
        reverse("announced_absences", args=[course.organization.pk]),
        f"{reverse('door', args=[course.event.pk])}?session={course.lessons[0].pk}",
    ]
    before = {path: queries(course.organizer, path) for path in paths}
    many(10)
    assert {path: queries(course.organizer, path) for path in paths} == before
    person = reverse("person", args=[course.place.person_id])
    page = queries(course.organizer, person)
    later = make_session(course.event, starts_at=course.now + timedelta(days=5))
    course.say(later)
    assert queries(course.organizer, person) == page


@pytest.mark.parametrize(("days", "is_told"), [(7, True), (-0.6, True), (0.4, False)])
def test_of_what_was_moved_since_it_says_for_when_it_was_announced(
    course: Course, days: float, is_told: bool
) -> None:
    lesson = course.lessons[1]
    [said] = course.say(lesson)
    settle(said, confirmed=True, with_others=False, by=course.organizer, now=course.now)
    told = f"Announced when it was on {long_date(lesson.starts_at.date())}."
    lesson.starts_at += timedelta(days=days)
    lesson.ends_at += timedelta(days=days)
    lesson.save()
    client = browser_of(course.organizer)
    listed = reverse("announced_absences", args=[course.organization.pk])
    for path in (
        reverse("session", args=[lesson.pk]),
        f"{listed}?state=settled",
    ):
        assert (told in text_of(client.get(path))) is is_told, path
    assert course.decided(lesson) == ("excused", "parent_reported")
