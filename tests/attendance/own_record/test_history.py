"""What is recorded of an account's own places, over REST."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.feedback.giving import give_feedback
from attendance.models import Status
from events.models import Participant, Role, User
from events.people.services import update_person
from tests.attendance.pages import calculate
from tests.factories import (
    START,
    make_attendance,
    make_client,
    make_event,
    make_invitation,
    make_member,
    make_organization,
    make_participant,
    make_person,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db


def history(user: User) -> list[dict[str, Any]]:
    answer = make_client(user).get("/api/me/attendance")
    assert answer.status_code == 200
    rows: list[dict[str, Any]] = answer.json()["results"]
    return rows


def place_of(user: User, **fields: Any) -> Participant:
    return make_participant(make_event(), user=user, **fields)


def test_it_says_what_is_recorded_where_with_the_sentence() -> None:
    user = make_user()
    place = place_of(user, name="Amal")
    session = make_session(place.event, title="Lesson 1")
    by = make_member(place.event.organization)
    mark(Place(place.event, session), [Mark(place, "late", "Bus")], by=by, now=START)
    give_feedback(place, rating=4, text="Good", now=START)
    [row] = history(user)
    decision = place.attendances.get(session=session)
    assert row["id"] == decision.pk
    assert row["event"]["title"] == place.event.title
    assert row["organization"]["name"] == place.event.organization.name
    assert (row["session"]["id"], row["session"]["title"]) == (session.pk, "Lesson 1")
    assert (row["status"], row["source"], row["notes"]) == ("late", "manual", "Bus")
    assert row["explanation"].startswith("Late")
    assert row["participant"]["name"] == "Amal"
    assert row["participant"]["identity"] is None
    assert row["feedback"] == {"rating": 4, "text": "Good"}
    assert (row["show_on_profile"], row["show_to_other_orgs"]) == (True, False)
    until = place.event.end + timedelta(days=14)
    assert row["answers_until"] == until.isoformat().replace("+00:00", "Z")


def test_the_newest_comes_first_and_nobody_elses() -> None:
    user = make_user()
    for day in (2, 1, 3):
        place = make_participant(
            make_event(starts_at=START + timedelta(days=day), title=f"Day {day}"),
            user=user,
        )
        make_attendance(place, status="present", source="manual")
        make_attendance(make_participant(place.event), status="present")
    titles = [row["event"]["title"] for row in history(user)]
    assert titles == ["Day 3", "Day 2", "Day 1"]


def test_a_parent_finds_each_child_by_name() -> None:
    parent, session = make_user(), make_session()
    for name in ("Amal", "Basil"):
        child = make_participant(session.event, name=name, user=parent)
        make_attendance(child, session, status="present")
    names = [row["participant"]["name"] for row in history(parent)]
    assert sorted(names) == ["Amal", "Basil"]


def test_a_course_result_stands_beside_its_sessions_unless_there_is_one() -> None:
    user = make_user()
    for number in (1, 2):
        place = place_of(user)
        by = make_member(place.event.organization)
        for _ in range(number):
            session = make_session(place.event)
            here = Place(place.event, session)
            mark(here, [Mark(place, "present")], by=by, now=START)
        make_attendance(place, status="present", source="manual", derived=True)
    about = [(row["event"]["id"], row["session"] is None) for row in history(user)]
    assert about.count((place.event_id, True)) == 1
    assert about.count((place.event_id, False)) == 2
    assert len(about) == 4
    [course] = [row for row in history(user) if row["session"] is None]
    assert "2" in course["explanation"]


def test_what_is_still_to_come_and_undecided_is_not_in_it() -> None:
    user = make_user()
    ahead = make_event(starts_at=START.replace(year=2090))
    place = make_participant(ahead, user=user)
    row = make_attendance(place)
    assert history(user) == []
    row.status, row.source, row.marked_at = Status.EXCUSED, "manual", START
    row.save()
    assert [each["status"] for each in history(user)] == ["excused"]


def test_places_that_are_only_offered_are_not_in_it() -> None:
    user = make_user()
    child = make_participant(name="Amal")
    make_attendance(child, status="present", source="manual")
    by = make_member(child.event.organization, Role.OWNER)
    make_invitation(child.event.organization, user, by=by, person=child.person)
    assert history(user) == []
    update_person(person=child.person, changes={"user": user}, by=by)
    assert len(history(user)) == 1


def test_it_reads_as_often_for_many_as_for_few() -> None:
    user, client = make_user(), None
    client = make_client(user)

    def read() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/api/me/attendance").status_code == 200
        return len(captured)

    def add() -> None:
        organization = make_organization()
        person = make_person(organization, user=user)
        course, meetup = make_event(organization), make_event(organization)
        place = make_participant(course, person=person)
        for _ in range(2):
            session = make_session(course)
            here = Place(course, session)
            mark(here, [Mark(place, "late")], by=make_user(), now=START)
            calculate(session)
        make_attendance(place, status="late", source="manual", derived=True)
        other = make_participant(meetup, person=person)
        make_attendance(other, status="present", source="manual")

    add()
    few = read()
    for _ in range(4):
        add()
    assert read() == few
    assert few <= 17
