"""What a calculation leaves of the decisions of people."""

import pytest

from attendance.models import Attendance
from events.models import Participant
from sessions_app.models import LiveSession
from tests.attendance.calculated import SOON, attend, calculate, changes, decided
from tests.factories import make_attendance, make_user

pytestmark = pytest.mark.django_db

# Marks


@pytest.mark.parametrize(
    ("source", "marked"),
    [
        ("manual", True),
        ("parent_reported", True),
        ("admin_override", True),
        ("livekit_auto", True),
        ("whiteboard_auto", True),
        ("check_in", True),
        ("check_in", False),
    ],
)
def test_a_mark_is_never_overwritten_and_the_figures_stand_beside_it(
    lesson: LiveSession, ana: Participant, source: str, *, marked: bool
) -> None:
    teacher = make_user() if marked else None
    make_attendance(
        ana,
        lesson,
        status="excused",
        source=source,
        marked_by=teacher,
        marked_at=SOON,
        notes="was ill",
    )
    attend(lesson, ana, minutes=45)
    calculate()
    row = Attendance.objects.get()
    assert (row.status, row.source, row.marked_by) == ("excused", source, teacher)
    assert (row.notes, row.marked_at) == ("was ill", SOON)
    assert (row.computed_status, row.attended_seconds) == ("present", 45 * 60)
    assert row.computed_source == "livekit_auto"
    assert changes() == []


@pytest.mark.parametrize("marked", [True, False])
def test_a_mark_stays_where_nobody_was_seen(
    lesson: LiveSession, ana: Participant, *, marked: bool
) -> None:
    make_attendance(
        ana,
        lesson,
        status="present",
        source="manual" if marked else "check_in",
        marked_by=make_user() if marked else None,
        marked_at=SOON,
    )
    calculate()
    assert decided(ana)[0] == "present"
    assert changes() == []


def test_a_suggestion_that_a_person_applied_stays_when_the_person_is_forgotten(
    lesson: LiveSession, ana: Participant
) -> None:
    teacher = make_user()
    make_attendance(
        ana,
        lesson,
        status="excused",
        source="livekit_auto",
        marked_by=teacher,
        marked_at=SOON,
    )
    teacher.delete()
    attend(lesson, ana)
    calculate()
    assert decided(ana) == ("excused", "livekit_auto")
    assert changes() == []


def test_an_own_answer_is_no_mark(
    lesson: LiveSession, ana: Participant, ben: Participant
) -> None:
    make_attendance(
        ana, lesson, status="present", source="self_reported", marked_at=SOON
    )
    attend(lesson, ben)
    calculate()
    assert decided(ana) == ("absent", "livekit_auto")


def test_an_answer_that_is_replaced_leaves_no_time_of_its_own(
    lesson: LiveSession, ana: Participant
) -> None:
    """Else what the machine decided would look like what a person applied."""
    make_attendance(
        ana,
        lesson,
        status="absent",
        source="self_reported",
        marked_at=SOON,
        notes="I was ill",
    )
    attend(lesson, ana, minutes=60)
    calculate()
    row = Attendance.objects.get()
    assert (row.status, row.source, row.marked_at) == ("present", "livekit_auto", None)
    assert row.notes == ""


@pytest.mark.parametrize("source", ["self_reported", "system_default"])
def test_what_weighs_less_is_replaced(
    lesson: LiveSession, ana: Participant, ben: Participant, source: str
) -> None:
    make_attendance(ana, lesson, status="present", source=source)
    attend(lesson, ben)
    calculate()
    assert decided(ana) == ("absent", "livekit_auto")
    assert ("Ana", "present", source, "absent", "livekit_auto") in changes()


def test_the_decision_about_the_whole_event_is_left_alone(
    lesson: LiveSession, ana: Participant
) -> None:
    make_attendance(ana, status="absent", source="self_reported")
    attend(lesson, ana)
    calculate()
    assert Attendance.objects.get(session=None).status == "absent"
    assert Attendance.objects.get(session=lesson).status == "present"
