"""Each corner case of time by name: from signed webhooks to the decision.

The lesson is from 10:00 to 11:00; times are minutes after 10:00.
"""

from typing import Any

import pytest

from events.models import Participant
from sessions_app.models import LiveSession
from tests.attendance.reading import Row, decision, present, row
from tests.factories import make_link, make_session
from tests.webhooks import Room, deliver_all

pytestmark = pytest.mark.django_db

# Coming and going


def test_the_ordinary_case(room: Room, ana: Participant) -> None:
    deliver_all(room.started(-1), *room.stay(ana, 3, 55), room.finished(56))
    stored = decision(room.session, ana)
    assert (stored.status, stored.source) == ("present", "livekit_auto")
    assert (stored.attended_seconds, stored.window_seconds) == (52 * 60, 3600)
    assert float(stored.percentage or 0) == 86.67
    assert (stored.late_seconds, stored.is_late, stored.join_count) == (180, False, 1)
    assert stored.first_seen_at == room.at(3)
    assert stored.last_seen_at == room.at(55)
    assert (stored.computed_status, stored.computed_source) == (
        "present",
        "livekit_auto",
    )
    assert (stored.marked_by, stored.failed_attempts) == (None, 0)


def test_who_came_early_is_counted_from_the_start(room: Room, ana: Participant) -> None:
    deliver_all(*room.stay(ana, -10, 60))
    stored = decision(room.session, ana)
    assert (stored.attended_seconds, stored.first_seen_at) == (3600, room.at(0))


def test_who_left_before_the_start_was_not_there(
    room: Room, ana: Participant, ben: Participant
) -> None:
    deliver_all(*room.stay(ana, -10, -1), *room.stay(ben, 0, 60))
    assert row(room.session, ana) == Row("absent", [], [], 0)


def test_who_stayed_after_the_end_is_counted_to_the_end(
    room: Room, ana: Participant
) -> None:
    deliver_all(*room.stay(ana, 0, 95))
    assert row(room.session, ana) == present((0, 60))


def test_who_came_after_the_end_was_not_there(
    room: Room, ana: Participant, ben: Participant
) -> None:
    deliver_all(*room.stay(ana, 60, 70), *room.stay(ben, 0, 60))
    assert row(room.session, ana) == Row("absent", [], [], 0)


def test_reconnects_are_added_up(room: Room, ana: Participant) -> None:
    deliver_all(
        *room.stay(ana, 0, 10), *room.stay(ana, 20, 40), *room.stay(ana, 45, 60)
    )
    assert row(room.session, ana) == present((0, 10), (20, 40), (45, 60), joins=3)


def test_a_phone_and_a_laptop_at_once_count_once(
    room: Room, ana: Participant, lesson: LiveSession
) -> None:
    phone = "ana's phone"
    make_link(ana, phone)
    deliver_all(*room.stay(ana, 0, 40), *room.stay(phone, 20, 60))
    stored = decision(lesson, ana)
    assert (stored.attended_seconds, stored.join_count) == (3600, 2)
    assert row(lesson, ana) == present((0, 60), joins=2)


def test_who_comes_after_the_grace_is_late(room: Room, ana: Participant) -> None:
    deliver_all(*room.stay(ana, 20, 60))
    stored = decision(room.session, ana)
    assert (stored.status, stored.is_late, stored.late_seconds) == ("late", True, 1200)


def test_who_was_there_for_half_the_lesson_was_there_in_part(
    room: Room, ana: Participant
) -> None:
    deliver_all(*room.stay(ana, 0, 30))
    assert row(room.session, ana).status == "partial"


def test_five_minutes_are_an_absence(room: Room, ana: Participant) -> None:
    deliver_all(*room.stay(ana, 0, 5))
    assert row(room.session, ana) == Row("absent", [(0, 5)], [False], 1)


def test_the_same_person_in_two_sessions_at_once_counts_in_both(
    room: Room, ana: Participant, lesson: LiveSession
) -> None:
    other = Room(make_session(lesson.event))
    deliver_all(*room.stay(ana, 0, 60), *other.stay(ana, 10, 55, sid="PA_other"))
    assert row(lesson, ana) == present((0, 60))
    assert row(other.session, ana) == present((10, 55))


def test_one_stay_may_reach_over_two_sessions_of_a_room(
    room: Room, ana: Participant, lesson: LiveSession
) -> None:
    following = make_session(
        lesson.event, room_name=lesson.room_name, starts_at=lesson.ends_at
    )
    deliver_all(*room.stay(ana, 5, 115))
    assert row(lesson, ana) == present((5, 60))
    assert row(following, ana) == present((0, 55))


# Missing ends


def test_a_session_that_is_made_afterwards_finds_its_facts(
    room: Room, ana: Participant
) -> None:
    deliver_all(*room.stay(ana, 120, 180))
    lesson = room.session
    afterwards = make_session(
        lesson.event, room_name=lesson.room_name, starts_at=room.at(120)
    )
    assert row(afterwards, ana).status == "present"


def test_who_never_leaves_was_there_to_the_end_as_far_as_is_known(
    room: Room, ana: Participant
) -> None:
    deliver_all(room.started(0), room.joined(ana, 10))
    assert row(room.session, ana) == Row("present", [(10, 60)], [True], 1)


def test_a_missing_leave_ends_with_the_rooms_finish(
    room: Room, ana: Participant
) -> None:
    deliver_all(room.joined(ana, 0), room.finished(40))
    assert row(room.session, ana) == Row("present", [(0, 40)], [True], 1)


def test_a_finish_of_another_room_of_that_name_ends_nothing(
    room: Room, ana: Participant
) -> None:
    other = Room(room.session, sid="RM_other")
    deliver_all(room.joined(ana, 0), other.finished(40))
    assert row(room.session, ana) == Row("present", [(0, 60)], [True], 1)


def test_a_missing_leave_ends_when_the_same_identity_comes_back(
    room: Room, ana: Participant
) -> None:
    deliver_all(room.joined(ana, 0), *room.stay(ana, 50, 60))
    assert row(room.session, ana) == Row("present", [(0, 60)], [False], 2)


def test_a_failed_attempt_is_no_coming_back(room: Room, ana: Participant) -> None:
    deliver_all(room.joined(ana, 0), room.aborted(ana, 20, 21))
    assert row(room.session, ana) == Row("present", [(0, 60)], [True], 1)


def test_a_leave_alone_tells_the_whole_stay(room: Room, ana: Participant) -> None:
    deliver_all(room.left(ana, 5, 50))
    assert row(room.session, ana) == present((5, 50))


def test_a_leave_before_its_join_gives_the_same(room: Room, ana: Participant) -> None:
    joined, left = room.stay(ana, 5, 50)
    deliver_all(left, joined)
    assert row(room.session, ana) == present((5, 50))


def test_copies_count_once(room: Room, ana: Participant) -> None:
    deliver_all(*room.stay(ana, 5, 50) * 3)
    assert row(room.session, ana) == present((5, 50))


def test_two_leaves_the_earlier_counts(room: Room, ana: Participant) -> None:
    deliver_all(room.left(ana, 0, 50), *room.stay(ana, 0, 45))
    assert row(room.session, ana) == present((0, 45))


def test_a_leave_that_is_dated_before_its_join_ends_it_at_once(
    room: Room, ana: Participant, ben: Participant
) -> None:
    """LiveKit dates leaves in whole seconds, so this is what a short stay gives."""
    deliver_all(*room.stay(ana, 10.005, 10), *room.stay(ben, 0, 60))
    assert row(room.session, ana) == Row("absent", [], [], 0)


# Rooms that end and begin


def test_a_room_that_finished_and_opened_again_is_one_lesson(
    room: Room, ana: Participant
) -> None:
    again = Room(room.session, sid="RM_2")
    deliver_all(
        room.started(0),
        *room.stay(ana, 0, 25),
        room.finished(26),
        again.started(30),
        *again.stay(ana, 30, 60),
        again.finished(61),
    )
    assert row(room.session, ana) == present((0, 25), (30, 60), joins=2)


def test_a_server_that_crashes_without_any_leave_has_lost_all_at_its_next_start(
    room: Room, ana: Participant, ben: Participant
) -> None:
    again = Room(room.session, sid="RM_2")
    deliver_all(
        room.started(0),
        room.joined(ana, 0),
        room.joined(ben, 0),
        again.started(40),
        *again.stay(ana, 41, 60),
    )
    assert row(room.session, ana) == Row(
        "present", [(0, 40), (41, 60)], [True, False], 2
    )
    assert row(room.session, ben) == Row("present", [(0, 40)], [True], 1)


def test_a_second_start_with_the_same_sid_says_the_same(
    room: Room, ana: Participant, ben: Participant
) -> None:
    deliver_all(
        room.started(0),
        room.joined(ana, 0),
        room.joined(ben, 0),
        room.started(40),
        *room.stay(ana, 41, 60),
    )
    assert row(room.session, ana) == Row(
        "present", [(0, 40), (41, 60)], [True, False], 2
    )
    assert row(room.session, ben) == Row("present", [(0, 40)], [True], 1)


def test_a_rooms_own_start_does_not_end_who_opened_it(
    room: Room, ana: Participant
) -> None:
    """The start may be dated a little later than the first join."""
    deliver_all(room.joined(ana, 0), room.started(1 / 60), room.started(2 / 60))
    assert row(room.session, ana) == Row("present", [(0, 60)], [True], 1)


def test_the_start_of_another_room_ends_nothing(
    room: Room, ana: Participant, lesson: LiveSession
) -> None:
    deliver_all(
        room.joined(ana, 0), Room(make_session(lesson.event), "RM_2").started(5)
    )
    assert row(lesson, ana) == Row("present", [(0, 60)], [True], 1)


def test_a_leave_that_was_told_counts_whatever_the_room_did(
    room: Room, ana: Participant
) -> None:
    deliver_all(*room.stay(ana, 0, 50), room.finished(40), room.started(45))
    assert row(room.session, ana) == present((0, 50))


# Times that touch


def test_duplicate_identity_is_one_unbroken_presence(
    room: Room, ana: Participant
) -> None:
    """The old one leaves and the new one joins within one second."""
    deliver_all(
        room.joined(ana, 0),
        room.left(ana, 0, 30, disconnectReason="DUPLICATE_IDENTITY"),
        *room.stay(ana, 30, 60),
    )
    assert row(room.session, ana) == present((0, 60), joins=2)


def test_leave_and_rejoin_within_a_second_in_any_order(
    room: Room, ana: Participant
) -> None:
    first, second = room.stay(ana, 0, 30), room.stay(ana, 30.01, 60)
    deliver_all(*second[::-1], *first[::-1])
    assert row(room.session, ana) == present((0, 30), (30.01, 60), joins=2)


def test_finish_in_the_second_of_the_join_leaves_no_presence(
    room: Room, ana: Participant, ben: Participant
) -> None:
    deliver_all(
        room.joined(ana, 10.01), room.finished(10), *room.stay(ben, 0, 60, sid="PA_b")
    )
    assert row(room.session, ana) == Row("absent", [], [], 0)


# Order


def test_every_order_of_these_facts_gives_the_same_report(
    room: Room, ana: Participant, ben: Participant
) -> None:
    again = Room(room.session, sid="RM_2")
    bodies: list[dict[str, Any]] = [
        room.joined(ana, 0),
        again.started(40),
        again.left(ana, 41, 55),
        again.joined(ana, 41),
        room.joined(ben, 20),
        again.finished(56),
    ]
    deliver_all(*bodies[::-1])
    assert row(room.session, ana) == Row(
        "present", [(0, 40), (41, 55)], [True, False], 2
    )
    assert row(room.session, ben) == Row("partial", [(20, 40)], [True], 1)
