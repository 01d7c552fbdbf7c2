"""The decision about an event from those of its sessions, against an oracle."""

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.rules.calculation import Policy
from attendance.rules.event_result import (
    Derived,
    SessionDecision,
    credit,
    derive,
    so_far,
)

HOUR = 3600
BY_RANK = ("livekit_auto", "whiteboard_auto")
DEFAULT = Policy()


def computed(
    minutes: int, status: str, source: str = "livekit_auto"
) -> SessionDecision:
    return SessionDecision(status, source, False, HOUR, minutes * 60)


def marked(status: str, source: str = "manual", minutes: int = 0) -> SessionDecision:
    return SessionDecision(status, source, True, HOUR, minutes * 60)


UNKNOWN = SessionDecision("unknown", None, False, HOUR, None)


def test_of_nothing_nothing_follows() -> None:
    assert derive([], DEFAULT, BY_RANK) is None
    assert derive([UNKNOWN, UNKNOWN], DEFAULT, BY_RANK) is None


@pytest.mark.parametrize("status", ["present", "late", "partial", "absent", "excused"])
def test_the_only_session_decides(status: str) -> None:
    assert derive([marked(status, "check_in")], DEFAULT, BY_RANK) == (
        status,
        "check_in",
    )
    assert derive([UNKNOWN, marked(status)], DEFAULT, BY_RANK) == (status, "manual")


def test_an_applied_suggestion_credits_what_the_person_said_not_the_seconds() -> None:
    applied = marked("absent", "livekit_auto", minutes=60)
    other = computed(40, "partial")
    assert derive([applied, other], DEFAULT, BY_RANK) == ("partial", "livekit_auto")


def test_the_source_is_the_highest_machine_or_by_hand() -> None:
    board = computed(60, "present", "whiteboard_auto")
    assert derive([board, computed(60, "present")], DEFAULT, BY_RANK) == (
        "present",
        "livekit_auto",
    )
    assert derive([board, marked("present")], DEFAULT, BY_RANK) == (
        "present",
        "whiteboard_auto",
    )
    assert derive([marked("present"), marked("absent")], DEFAULT, BY_RANK) == (
        "partial",
        "manual",
    )


def test_the_source_of_defaults_alone_is_the_default() -> None:
    missed = SessionDecision("absent", "system_default", False, HOUR, None)
    assert derive([missed], DEFAULT, BY_RANK) == ("absent", "system_default")
    assert derive([missed] * 3, DEFAULT, BY_RANK) == ("absent", "system_default")
    for other, source in (
        (marked("present"), "manual"),
        (marked("excused"), "manual"),
        (computed(60, "present"), "livekit_auto"),
    ):
        derived = derive([missed, missed, other], DEFAULT, BY_RANK)
        assert derived is not None
        assert derived.source == source


def test_it_is_measured_if_a_calculation_gave_some_of_it() -> None:
    missed = SessionDecision("absent", "system_default", False, HOUR, None)
    applied = marked("present", "livekit_auto", minutes=60)
    said = [marked("late", "check_in"), marked("partial"), missed, applied, UNKNOWN]
    assert credit(said, sessions=5).is_measured is False
    assert credit(said, sessions=5).came == 3
    assert credit([*said, computed(0, "absent")], sessions=6).is_measured is True


def test_all_excused_is_excused() -> None:
    assert derive([marked("excused")] * 2, DEFAULT, BY_RANK) == ("excused", "manual")


# An oracle in fractions, which shares nothing with the code

SHARES = {
    "present": Fraction(1),
    "late": Fraction(1),
    "partial": Fraction(1, 2),
    "absent": Fraction(0),
}


def told(decisions: list[SessionDecision], policy: Policy) -> str | None:
    known = [one for one in decisions if one.status != "unknown"]
    if len(known) < 2:
        return known[0].status if known else None
    there = length = Fraction(0)
    for status, source, by_person, window, seconds in known:
        if status == "excused":
            continue
        length += window
        if source in ("livekit_auto", "whiteboard_auto") and not by_person:
            there += Fraction(seconds or 0)
        else:
            there += SHARES[status] * window
    if not length:
        return "excused"
    percent = 100 * there / length
    if percent < policy.partial_from:
        return "absent"
    return "present" if percent > policy.present_over else "partial"


def told_source(decisions: list[SessionDecision]) -> str | None:
    known = [one for one in decisions if one.status != "unknown"]
    if len(known) == 1:
        return known[0].source
    if {one.source for one in known} == {"system_default"}:
        return "system_default"
    by_machines = {one.source for one in known if not one.is_marked}
    found = [source for source in BY_RANK if source in by_machines]
    return [*found, "manual"][0] if known else None


SOURCES = (
    "livekit_auto",
    "whiteboard_auto",
    "manual",
    "check_in",
    "admin_override",
    "system_default",
)


@st.composite
def decisions(draw: st.DrawFn) -> SessionDecision:
    window = draw(st.sampled_from([600, 3600, 5400]))
    source = draw(st.none() | st.sampled_from(SOURCES))
    if source is None:
        return SessionDecision("unknown", None, False, window, None)
    status = draw(st.sampled_from(["present", "late", "partial", "absent", "excused"]))
    seconds = draw(st.none() | st.integers(0, window))
    return SessionDecision(status, source, draw(st.booleans()), window, seconds)


@given(
    st.lists(decisions(), max_size=6),
    st.tuples(st.integers(0, 100), st.integers(0, 100)).map(sorted),
)
def test_what_is_derived_is_what_the_oracle_says(
    sessions: list[SessionDecision], thresholds: list[int]
) -> None:
    policy = Policy(15, thresholds[0], thresholds[1], 100)
    derived: Derived | None = derive(sessions, policy, BY_RANK)
    assert (derived.status if derived else None) == told(sessions, policy)
    assert (derived.source if derived else None) == told_source(sessions)
    assert derive(sessions[::-1], policy, BY_RANK) == derived


@given(st.lists(decisions(), max_size=6))
def test_what_is_told_so_far_counts_every_known_decision_once(
    sessions: list[SessionDecision],
) -> None:
    until_now = so_far(sessions)
    known = [one.status for one in sessions if one.status != "unknown"]
    assert until_now.statuses == Counter(known)
    assert until_now.credit == credit(sessions, sessions=len(known))
    assert until_now.credit.excused == known.count("excused")
