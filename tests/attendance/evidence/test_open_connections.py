"""Connections that nothing ended, rooms used again, attempts before the start."""

from datetime import timedelta

import pytest

from attendance.calculating.sessions import calculate_sessions
from attendance.evidence.due import Selection
from attendance.models import Attendance, SessionCalculation
from events.models import Participant
from sessions_app.models import Connection, LiveSession
from tests.factories import make_participant, make_session
from tests.webhooks import Room, deliver, deliver_all

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson() -> LiveSession:
    return make_session()


@pytest.fixture
def ana(lesson: LiveSession) -> Participant:
    return make_participant(lesson.event, name="Ana")


def calculate(session: LiveSession) -> None:
    now = session.end + timedelta(hours=1)
    calculate_sessions(Selection(now=now, session_id=session.pk, force=True))


def later(lesson: LiveSession, **after: float) -> LiveSession:
    """Another lesson in the same room."""
    return make_session(
        lesson.event,
        room_name=lesson.room_name,
        starts_at=lesson.starts_at + timedelta(**after),
    )


def test_a_lost_leave_makes_nobody_present_or_absent_on_the_next_day(
    lesson: LiveSession, ana: Participant
) -> None:
    """The webhooks of the next day are lost too, and with them the room's start."""
    ben = make_participant(lesson.event, name="Ben")
    deliver(Room(lesson).joined(ana, 5))
    tomorrow = later(lesson, days=1)
    calculate(tomorrow)
    assert SessionCalculation.objects.get(session=tomorrow).people_seen == 0
    assert not Attendance.objects.filter(participant__in=[ana, ben]).exists()


def test_who_was_taken_as_left_is_calculated_as_before(
    lesson: LiveSession, ana: Participant
) -> None:
    """Else the result would depend on when the connections were tidied up."""
    deliver(Room(lesson).joined(ana, 5))
    taken_as_left = lesson.starts_at + timedelta(minutes=10)
    Connection.objects.update(inferred_left_at=taken_as_left)
    calculate(lesson)
    assert Attendance.objects.get().attended_seconds == 55 * 60


def test_a_lost_leave_does_not_make_a_latecomer_of_the_next_day_punctual(
    lesson: LiveSession, ana: Participant
) -> None:
    deliver(Room(lesson).joined(ana, 5))
    tomorrow = later(lesson, days=1)
    deliver_all(*Room(tomorrow).stay(ana, 20, 60, sid="PA_tomorrow"))
    calculate(tomorrow)
    assert Attendance.objects.get(session=tomorrow).is_late


def test_who_stays_in_the_room_all_day_is_in_its_later_lessons(
    lesson: LiveSession, ana: Participant
) -> None:
    deliver(Room(lesson).joined(ana, 5))
    afternoon = later(lesson, hours=4)
    calculate(afternoon)
    assert Attendance.objects.get(session=afternoon).status == "present"


def test_a_long_stay_that_a_leave_tells_counts_however_long(
    lesson: LiveSession, ana: Participant
) -> None:
    tomorrow = later(lesson, days=1)
    deliver_all(*Room(lesson).stay(ana, 5, 25 * 60))
    calculate(tomorrow)
    assert Attendance.objects.get(session=tomorrow).status == "present"


def test_attempts_shortly_before_the_start_are_told(
    lesson: LiveSession, ana: Participant
) -> None:
    ben = make_participant(lesson.event)
    room = Room(lesson)
    deliver_all(room.aborted(ana, -10, -9.8), *room.stay(ben, 0, 60))
    calculate(lesson)
    row = Attendance.objects.get(participant=ana)
    assert (row.status, row.failed_attempts) == ("absent", 1)


def test_a_stay_before_the_start_is_still_no_presence(
    lesson: LiveSession, ana: Participant
) -> None:
    ben = make_participant(lesson.event)
    room = Room(lesson)
    deliver_all(*room.stay(ana, -30, -1), *room.stay(ben, 0, 60))
    calculate(lesson)
    row = Attendance.objects.get(participant=ana)
    assert (row.status, row.join_count) == ("absent", 0)


@pytest.mark.parametrize("missing", ["room", "identity"])
def test_a_fact_that_lacks_its_room_or_person_spoils_nothing(
    lesson: LiveSession, ana: Participant, missing: str
) -> None:
    joined, left = Room(lesson).stay(ana, 0, 60)
    if missing == "room":
        del joined["room"]
    else:
        del joined["participant"]["identity"]
    deliver_all(joined, left)
    calculate(lesson)
    assert Attendance.objects.get(participant=ana).status == "present"


def test_a_stay_that_the_rooms_finish_ended_counts_however_long(
    lesson: LiveSession, ana: Participant
) -> None:
    tomorrow = later(lesson, days=1)
    room = Room(lesson)
    deliver_all(room.joined(ana, 5), room.finished(25 * 60))
    calculate(tomorrow)
    assert Attendance.objects.get(session=tomorrow).status == "present"


def test_attempts_of_the_lesson_before_are_not_told_again(
    lesson: LiveSession, ana: Participant
) -> None:
    ben = make_participant(lesson.event)
    following = later(lesson, hours=1)
    room = Room(lesson)
    deliver_all(room.aborted(ana, 50, 50.2), *room.stay(ben, 0, 120))
    calculate(following)
    row = Attendance.objects.get(session=following, participant=ana)
    assert row.failed_attempts == 0


def test_an_attempt_without_a_usable_end_is_told_in_its_own_lesson_alone(
    lesson: LiveSession, ana: Participant
) -> None:
    ben = make_participant(lesson.event)
    next_month = later(lesson, days=30)
    attempt = Room(lesson).aborted(ana, 5, 5.2) | {"createdAt": "never"}
    deliver_all(attempt, *Room(lesson).stay(ben, 0, 60))
    deliver_all(*Room(next_month).stay(ben, 0, 60, sid="PA_next"))
    for session, told in ((lesson, 1), (next_month, 0)):
        calculate(session)
        row = Attendance.objects.get(session=session, participant=ana)
        assert row.failed_attempts == told
