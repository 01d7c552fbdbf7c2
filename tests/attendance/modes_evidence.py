"""Kinds of evidence, each with a name that says what came."""

import pytest

from tests.attendance.modes_lesson import Act, Lesson

MODES = ("online", "in_person", "hybrid")


def act(name: str, *values: object) -> Act:
    return Act(name, values)


FACTS: dict[str, list[Act]] = {
    "one_all_the_time_in_the_room": [act("livekit", "Ana")],
    "one_for_three_minutes": [act("livekit", "Ana", 0, 3)],
    "one_for_a_third": [act("livekit", "Ana", 0, 20)],
    "one_late": [act("livekit", "Ana", 20, 60)],
    "one_before_the_start_alone": [act("livekit", "Ana", -20, -5)],
    "the_host_in_the_room": [act("livekit", "Hana")],
    "one_of_the_waiting_list": [act("livekit", "Wes")],
    "a_stranger": [act("stranger")],
    "an_agent": [act("agent")],
    "a_failed_attempt": [act("attempt", "Ana")],
    "agent_and_failed_attempt": [act("agent"), act("attempt", "Ana")],
    "one_on_the_board": [act("board", "Ana")],
    "one_on_the_board_and_a_stranger": [act("board", "Ana"), act("stranger")],
    "two_by_two_sources": [act("board", "Ana"), act("livekit", "Ben", 0, 20)],
    "one_by_both_sources": [act("board", "Ana"), act("livekit", "Ana", 0, 20)],
}
SAID: dict[str, list[Act]] = {
    "staff": [act("check_in", "Ana")],
    "staff_late": [act("check_in", "Ana", "staff", 40)],
    "badge": [act("check_in", "Ana", "qr")],
    "staff_for_the_host": [act("check_in", "Hana")],
    "self_of_one": [act("check_in", "Ana", "self")],
    "self_of_one_twice": [
        act("check_in", "Ana", "self"),
        act("check_in", "Ana", "self", 9),
    ],
    "self_of_two": [act("check_in", "Ana", "self"), act("check_in", "Ben", "self")],
    "self_and_staff": [act("check_in", "Ana", "self"), act("check_in", "Ben")],
    "staff_undone": [act("check_in", "Ana"), act("undo", "Ana")],
    "self_of_two_one_undone": [
        act("check_in", "Ana", "self"),
        act("check_in", "Ben", "self"),
        act("undo", "Ben"),
    ],
    "self_of_two_one_marked_absent": [
        act("check_in", "Ana", "self"),
        act("check_in", "Ben", "self"),
        act("mark", "Ben", "absent"),
    ],
    "staff_marked_absent": [act("check_in", "Ana"), act("mark", "Ana", "absent")],
    "staff_marked_present": [act("check_in", "Ana"), act("mark", "Ana", "present")],
    "check_in_marked_absent_and_that_undone": [
        act("check_in", "Ana"),
        act("mark", "Ana", "absent"),
        act("undo", "Ana"),
    ],
    **{
        f"marked_{status}": [act("mark", "Ana", status)]
        for status in ("present", "late", "partial", "absent", "excused")
    },
    "parent_excuses": [act("mark", "Ana", "excused", "parent_reported")],
    "override_present": [act("mark", "Ana", "present", "admin_override")],
    "override_absent": [act("mark", "Ana", "absent", "admin_override")],
    "override_over_a_mark": [
        act("mark", "Ana", "present"),
        act("mark", "Ana", "absent", "admin_override"),
        act("mark", "Ana", "present"),
    ],
    "present_undone": [act("mark", "Ana", "present"), act("undo", "Ana")],
    "absent_undone_to_present": [
        act("mark", "Ana", "present"),
        act("mark", "Ana", "absent"),
        act("undo", "Ana"),
    ],
    "waiting_marked_present": [act("mark", "Wes", "present")],
    "answered_yes": [act("answer", "Ana", True)],
    "answered_no": [act("answer", "Ana", False)],
    "answered_yes_where_staff_came": [
        act("answer", "Ana", True),
        act("check_in", "Ben"),
    ],
    "nothing": [],
}
WITH_FACTS: dict[str, list[Act]] = {
    "staff_and_a_stranger": [act("check_in", "Ana"), act("stranger")],
    "staff_and_the_room": [act("check_in", "Ana"), act("livekit", "Ben", 0, 20)],
    "staff_and_the_board": [act("check_in", "Ana"), act("board", "Ben", 0, 20)],
    "self_of_one_and_the_room": [
        act("check_in", "Ana", "self"),
        act("livekit", "Ben"),
    ],
    "absent_and_in_the_room": [act("mark", "Ana", "absent"), act("livekit", "Ana")],
    "answered_yes_and_a_stranger": [act("answer", "Ana", True), act("stranger")],
    "answered_no_and_in_the_room": [
        act("answer", "Ana", False),
        act("livekit", "Ana"),
    ],
}
ORGANIZER: dict[str, list[Act]] = {
    "held": [act("say_held")],
    "held_and_taken_back": [act("say_held"), act("take_back")],
    "held_then_staff_then_taken_back": [
        act("say_held"),
        act("check_in", "Ana"),
        act("take_back"),
    ],
    "held_for_one_who_answered": [act("answer", "Ana", True), act("say_held")],
    "held_beside_one_self_check_in": [
        act("check_in", "Ana", "self"),
        act("say_held"),
    ],
    "held_then_undone": [
        act("mark", "Ana", "absent"),
        act("say_held"),
        act("undo", "Ana"),
    ],
}


def table(of: dict[str, list[Act]]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("acts", of.values(), ids=of)


def settle(lesson: Lesson) -> None:
    lesson.calculate()
    lesson.check()
    lesson.check_that_nothing_changes()
