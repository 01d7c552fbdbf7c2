"""Decisions at sessions where people may have met in person, and their sentences."""

from typing import Any

from attendance.wording.parts import ExplainedDecision
from tests.attendance.wording.sentences import at, attempts, marked


def absent_by_default(**others: Any) -> ExplainedDecision:
    """Of whom nothing is known, in a calculated session that was held."""
    known: dict[str, Any] = {"nobody_seen": True, "proved": True} | others
    return ExplainedDecision(
        status="absent", source="system_default", calculated=True, **known
    )


SENTENCES_BY_MODE: dict[str, tuple[ExplainedDecision, str]] = {
    "unknown_where_people_met_in_person": (
        ExplainedDecision(
            status="unknown", calculated=True, nobody_seen=True, mode="in_person"
        ),
        "Unknown: nothing shows that this session was held",
    ),
    "unknown_although_somebody_tried_and_it_may_have_been_in_person": (
        ExplainedDecision(
            status="unknown",
            calculated=True,
            nobody_seen=True,
            mode="hybrid",
            **attempts(1, "10:01", "10:01"),
        ),
        "Unknown: tried to connect once at 10:01, never got through; "
        "nothing shows that this session was held",
    ),
    "unknown_in_person_although_it_was_held": (
        ExplainedDecision(
            status="unknown", calculated=True, proved=True, mode="in_person"
        ),
        "Unknown: nobody checked them in or marked them",
    ),
    "unknown_online_although_it_was_held": (
        ExplainedDecision(
            status="unknown",
            calculated=True,
            proved=True,
            nobody_seen=True,
            mode="online",
        ),
        "Unknown: nobody was seen in this session",
    ),
    "unknown_in_person_before_the_calculation": (
        ExplainedDecision(status="unknown", mode="in_person"),
        "Unknown: not calculated yet",
    ),
    "not_checked_in": (
        absent_by_default(mode="in_person"),
        "Absent by default: nobody checked them in or marked them",
    ),
    "not_checked_in_where_an_organizer_said_that_it_was_held": (
        absent_by_default(mode="in_person", said_held=True),
        "Absent by default: nobody checked them in or marked them; "
        "an organizer said that the session was held",
    ),
    "neither_seen_nor_checked_in": (
        absent_by_default(mode="hybrid"),
        "Absent by default: not seen, and nobody checked them in or marked them",
    ),
    "neither_seen_nor_checked_in_where_an_organizer_said_that_it_was_held": (
        absent_by_default(mode="hybrid", said_held=True),
        "Absent by default: not seen, and nobody checked them in or marked them; "
        "an organizer said that the session was held",
    ),
    "not_checked_in_but_tried_to_connect": (
        absent_by_default(mode="hybrid", **attempts(1, "10:01", "10:01")),
        "Absent: tried to connect once at 10:01, never got through",
    ),
    "absent_by_default_in_a_session_that_is_online_now": (
        absent_by_default(mode="online"),
        "Absent: nothing shows that they came",
    ),
    "neither_seen_nor_checked_in_where_others_were_seen": (
        ExplainedDecision(
            status="absent",
            computed_status="absent",
            source="livekit_auto",
            attended_seconds=0,
            window_seconds=3600,
            calculated=True,
            proved=True,
            mode="in_person",
        ),
        "Absent: not seen, and nobody checked them in or marked them",
    ),
    "checked_in_where_others_were_seen": (
        marked(
            "present",
            source="check_in",
            check_in_method="staff",
            checked_in_at=at("10:02"),
            attended_seconds=0,
            mode="in_person",
        ),
        "Present: checked in by A. Hadid at 10:02",
    ),
    "checked_in_and_seen_for_a_moment": (
        marked(
            "present",
            source="check_in",
            check_in_method="staff",
            checked_in_at=at("10:02"),
            attended_seconds=60,
            mode="hybrid",
        ),
        "Present: checked in by A. Hadid at 10:02. Calculated: absent.",
    ),
}
