"""Evidence in any combination, for tests that generate it."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from tests.attendance.modes_evidence import MODES
from tests.attendance.modes_lesson import Act, Lesson

# Mostly the same people, so that much happens to one decision.
PUPILS = st.sampled_from(["Ana", "Ana", "Ben", "Cem"])
ANYBODY = st.sampled_from(["Ana", "Ana", "Ben", "Cem", "Hana", "Wes"])
STAYS = st.sampled_from([(0, 60), (0, 3), (0, 20), (20, 60), (5, 50), (-20, -5)])
METHODS = st.sampled_from(["staff", "self", "self", "qr"])
MINUTES = st.sampled_from([-5, 5, 40])
STATUSES = st.sampled_from(["present", "late", "partial", "absent", "excused"])
SOURCES = st.sampled_from(["manual", "manual", "parent_reported", "admin_override"])


def act(name: str, *values: st.SearchStrategy[Any]) -> st.SearchStrategy[Act]:
    return st.builds(Act, st.just(name), st.tuples(*values))


def stay(name: str, *who: st.SearchStrategy[str]) -> st.SearchStrategy[Act]:
    return st.builds(lambda stay, *who: Act(name, (*who, *stay)), STAYS, *who)


MODE = st.sampled_from(MODES)
FACT = st.one_of(
    stay("livekit", ANYBODY),
    stay("board", ANYBODY),
    stay("stranger"),
    act("agent"),
    act("attempt", PUPILS),
)
CHECK_IN = act("check_in", PUPILS, METHODS, MINUTES)
MARK = act("mark", ANYBODY, STATUSES, SOURCES)
SAID = st.one_of(
    CHECK_IN,
    CHECK_IN,
    MARK,
    act("undo", PUPILS),
    act("undo", PUPILS),
)
ORGANIZER = st.one_of(
    act("say_held"), act("take_back"), act("change_mode", MODE), act("calculate")
)


def checks_in_again(lesson: Lesson, act: Act) -> bool:
    """What an undo of one of two check-ins restores has tests of its own."""
    is_known = act.name == "check_in" and lesson.evidence.people[act.values[0]].check_in
    return bool(is_known)


def do(lesson: Lesson, acts: Iterable[Act], minutes: int = 1) -> None:
    """Do them, some time apart."""
    for one in acts:
        lesson.school.now += timedelta(minutes=minutes)
        if not checks_in_again(lesson, one):
            lesson.do([one])
