"""Somebody says that a decision about them is wrong; an organizer settles that."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from attendance.audit.seals import verify
from attendance.contests.contesting import settle
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.decisions.undoing import undo
from attendance.models import Attendance, AttendanceChange, Contest
from core.errors import Conflict, Invalid
from events.models import EventState, Role
from events.people.removing import delete_person
from sessions_app.services import cancel_event, cancel_session, restore_session
from tests.attendance.contests.contested import Contested
from tests.factories import (
    make_attendance,
    make_client,
    make_member,
    make_participant,
    make_session,
    make_user,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> Contested:
    return Contested()


# --- Contesting over REST -------------------------------------------------------------


def test_who_contests_is_told_that_it_is_not_settled_yet(school: Contested) -> None:
    path = f"/api/me/attendance/{school.decision.pk}/contest"
    answer = school.post(school.amal, path, text="I was there, on my phone.")
    assert answer.status_code == 201, answer.content
    said = answer.json()
    assert said["state"] == "open"
    assert (said["contested_status"], said["status"]) == ("absent", "absent")
    assert said["participant"] == {"id": school.place.pk, "name": "Amal"}
    assert said["settled_by"] is None
    assert school.only.contested_by == school.amal
    assert school.stands.status == "absent"
    assert not AttendanceChange.objects.exists()


@pytest.mark.parametrize(
    ("text", "code"), [("", "blank"), ("x" * 2001, "max_length"), (None, "null")]
)
def test_a_text_is_of_1_to_2000_characters(
    school: Contested, text: str | None, code: str
) -> None:
    path = f"/api/me/attendance/{school.decision.pk}/contest"
    answer = school.post(school.amal, path, text=text)
    assert answer.status_code == 400
    [error] = answer.json()["errors"]
    assert (error["field"], error["code"]) == ("text", code)
    assert school.post(school.amal, path, text="x" * 2000).status_code == 201


def test_only_decisions_about_ones_own_people_are_there(school: Contested) -> None:
    path = f"/api/me/attendance/{school.decision.pk}/contest"
    others = make_user(), school.organizer, school.admin
    for user in others:
        assert school.post(user, path, text="No.").status_code == 404
    assert not Contest.objects.exists()


def test_it_is_contested_once_until_it_is_settled(school: Contested) -> None:
    path = f"/api/me/attendance/{school.decision.pk}/contest"
    assert school.post(school.amal, path, text="I was there.").status_code == 201
    again = school.post(school.amal, path, text="Really.")
    assert again.status_code == 409
    assert again.json()["type"].endswith("already_contested")
    assert again.json()["contest"] == school.only.pk
    settle(school.only, status=None, notes="No.", by=school.organizer, now=school.now)
    assert school.post(school.amal, path, text="I was.").status_code == 201


def test_what_is_not_decided_or_cancelled_cannot_be_contested(
    school: Contested,
) -> None:
    open_one = make_attendance(school.place)
    path = f"/api/me/attendance/{open_one.pk}/contest"
    answer = school.post(school.amal, path, text="When?")
    assert answer.status_code == 409
    assert answer.json()["type"].endswith("nothing_decided")
    cancel_session(session=school.lesson, now=school.now)
    with pytest.raises(Conflict) as refused:
        school.say()
    assert refused.value.code == "session_cancelled"
    cancel_event(event=school.event, now=school.now)
    with pytest.raises(Conflict) as refused:
        school.say()
    assert refused.value.code == "event_cancelled"


# --- Settling -------------------------------------------------------------------------


def test_settling_with_a_status_marks_the_person(school: Contested) -> None:
    said = school.say()
    answer = school.post(
        school.organizer,
        f"/api/contests/{said.pk}/settle",
        status="present",
        notes="Seen on the recording.",
    )
    assert answer.status_code == 200, answer.content
    assert answer.json()["state"] == "settled"
    assert answer.json()["status"] == "present"
    assert answer.json()["notes"] == "Seen on the recording."
    assert answer.json()["settled_by"]["id"] == school.organizer.pk
    decision = school.stands
    assert (decision.status, decision.source) == ("present", "manual")
    assert decision.notes == "Settled after it was contested."
    change = AttendanceChange.objects.filter(session=school.lesson).get()
    assert (change.pk, change.actor) == (school.only.change_id, school.organizer)
    assert answer.json()["change"] == change.pk
    assert verify([school.organization]) == []


def test_settling_without_a_status_leaves_what_stands(school: Contested) -> None:
    said = school.say()
    path = f"/api/contests/{said.pk}/settle"
    answer = school.post(school.organizer, path, notes="You were not.")
    assert answer.status_code == 200
    assert answer.json()["change"] is None
    assert school.only.answer == "You were not."
    assert school.stands.status == "absent"
    assert not AttendanceChange.objects.exists()


def test_it_is_settled_once(school: Contested) -> None:
    said = school.say()
    path = f"/api/contests/{said.pk}/settle"
    answer = school.post(school.organizer, path, notes="It stays.")
    assert answer.status_code == 200
    again = school.post(school.admin, path, status="present")
    assert again.status_code == 409
    assert again.json()["type"].endswith("already_settled")
    assert school.stands.status == "absent"


def lock(school: Contested) -> None:
    mark(
        Place(school.event, school.lesson),
        [Mark(school.place, "absent")],
        source="admin_override",
        by=school.admin,
        now=school.now,
    )


def test_what_an_admin_locked_only_admins_settle_otherwise(school: Contested) -> None:
    lock(school)
    said = school.say()
    path = f"/api/contests/{said.pk}/settle"
    refused = school.post(school.organizer, path, status="present")
    assert refused.status_code == 409
    assert refused.json()["errors"][0]["field"] == "status"
    assert school.only.settled_at is None
    assert school.post(school.admin, path, status="present").status_code == 200
    decision = school.stands
    assert (decision.status, decision.source) == ("present", "admin_override")


def test_an_organizer_may_still_say_that_what_is_locked_stays(
    school: Contested,
) -> None:
    lock(school)
    path = f"/api/contests/{school.say().pk}/settle"
    assert school.post(school.organizer, path, notes="It stays.").status_code == 200


@pytest.mark.parametrize(
    ("role", "status"),
    [("viewer", 403), ("organizer", 200), ("admin", 200), ("owner", 200)],
)
def test_who_settles(school: Contested, role: str, status: int) -> None:
    user = make_member(school.organization, role)
    path = f"/api/contests/{school.say().pk}/settle"
    assert school.post(user, path, notes="It stays.").status_code == status


def test_to_others_it_is_not_there(school: Contested) -> None:
    host = make_user()
    make_participant(school.event, role="host", user=host)
    stranger = make_member(make_participant().event.organization, Role.OWNER)
    said = school.say()
    for user in (school.amal, host, stranger):
        answer = school.post(user, f"/api/contests/{said.pk}/settle")
        assert answer.status_code == 404
        path = f"/api/organizations/{school.organization.pk}/contests"
        assert make_client(user).get(path).status_code == 404


def test_a_status_that_is_none_names_its_field(school: Contested) -> None:
    path = f"/api/contests/{school.say().pk}/settle"
    for status in ("unknown", "asleep", 3):
        answer = school.post(school.organizer, path, status=status)
        assert answer.status_code == 400
        assert answer.json()["errors"][0]["field"] == "status"
    assert school.only.settled_at is None


# --- The list -------------------------------------------------------------------------


def listed(school: Contested, user: Any, query: str = "") -> list[int]:
    path = f"/api/organizations/{school.organization.pk}/contests{query}"
    answer = make_client(user).get(path)
    assert answer.status_code == 200, answer.content
    return [each["id"] for each in answer.json()["results"]]


def test_organizers_list_what_is_open_and_what_is_settled(school: Contested) -> None:
    open_one, organizer = school.say(), school.organizer
    assert listed(school, organizer) == [open_one.pk]
    assert listed(school, organizer, "?state=settled") == []
    settle(open_one, status=None, notes="It stays.", by=school.admin, now=school.now)
    assert listed(school, organizer) == []
    assert listed(school, organizer, "?state=settled") == [open_one.pk]
    path = f"/api/organizations/{school.organization.pk}/contests"
    assert make_client(organizer).get(f"{path}?state=other").status_code == 400
    viewer = make_member(school.organization, Role.VIEWER)
    assert make_client(viewer).get(path).status_code == 403


def test_no_identity_is_told(school: Contested) -> None:
    school.say()
    path = f"/api/organizations/{school.organization.pk}/contests"
    answer = make_client(school.organizer).get(path)
    assert str(school.place.identity) not in answer.content.decode()


# --- What happens meanwhile -----------------------------------------------------------


def test_a_mark_meanwhile_leaves_it_to_be_settled(school: Contested) -> None:
    said = school.say()
    place = Place(school.event, school.lesson)
    mark(place, [Mark(school.place, "late")], by=school.organizer, now=timezone.now())
    path = f"/api/organizations/{school.organization.pk}/contests"
    [shown] = make_client(school.admin).get(path).json()["results"]
    assert (shown["contested_status"], shown["status"]) == ("absent", "late")
    settle(said, status=None, notes="Done.", by=school.organizer, now=school.now)
    assert school.stands.status == "late"


def test_undoing_the_mark_that_settled_it_leaves_it_settled(school: Contested) -> None:
    said = settle(
        school.say(),
        status="present",
        notes="",
        by=school.organizer,
        now=school.now,
    )
    assert said.change is not None
    undo(said.change, reason="", by=school.organizer, now=timezone.now())
    assert school.only.settled_at is not None
    assert listed(school, school.organizer) == []


def test_while_the_session_is_cancelled_nobody_is_asked_to_settle(
    school: Contested,
) -> None:
    said = school.say()
    cancel_session(session=school.lesson, now=school.now)
    assert listed(school, school.organizer) == []
    path = f"/api/contests/{said.pk}/settle"
    refused = school.post(school.organizer, path, status="present")
    assert refused.status_code == 409
    restore_session(session=school.lesson)
    assert listed(school, school.organizer) == [said.pk]


def test_while_the_event_is_cancelled_neither(school: Contested) -> None:
    school.say()
    school.event.state = EventState.CANCELLED
    school.event.save()
    assert listed(school, school.organizer) == []


def test_a_decision_that_is_contested_keeps_its_person(school: Contested) -> None:
    school.say()
    with pytest.raises(Conflict) as refused:
        delete_person(person=school.place.person, by=school.organizer)
    assert "contests" in refused.value.extra["hangs_on"]  # type: ignore[operator]


def test_an_account_that_is_deleted_takes_nothing_with_it(school: Contested) -> None:
    settle(
        school.say(),
        status=None,
        notes="It stays.",
        by=school.organizer,
        now=school.now,
    )
    school.place.person.user = None
    school.place.person.save()
    school.amal.delete()
    assert school.only.contested_by is None
    assert school.only.text == "I was there."


def test_course_results_are_contested_too(school: Contested) -> None:
    make_session(school.event, starts_at=school.now - timedelta(hours=5))
    result = make_attendance(
        school.place, status="absent", source="livekit_auto", derived=True
    )
    path = f"/api/me/attendance/{result.pk}/contest"
    assert school.post(school.amal, path, text="I came.").status_code == 201
    settle(school.only, status="present", notes="", by=school.organizer, now=school.now)
    decision = Attendance.objects.get(pk=result.pk)
    assert (decision.status, decision.derived) == ("present", False)


def test_nobody_settles_by_a_slip_without_a_status_or_an_answer() -> None:
    school = Contested()
    said = school.say()
    with pytest.raises(Invalid) as refused:
        settle(said, status=None, notes=" ", by=school.organizer, now=school.now)
    assert refused.value.field == "notes"
    assert school.only.settled_at is None
