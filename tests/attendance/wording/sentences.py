"""Decisions and their sentences for a session from 10:00 to 11:00 in Riyadh."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from attendance.rules.calculation import Policy, Stay, calculate
from attendance.rules.event_result import Credit
from attendance.wording.parts import ExplainedDecision

RIYADH = ZoneInfo("Asia/Riyadh")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def at(clock: str, *, day: int = 18) -> datetime:
    """The instant at which a clock in Riyadh shows this, in UTC as the database has."""
    hour, minute = map(int, clock.split(":"))
    return datetime(2026, 11, day, hour, minute, tzinfo=RIYADH).astimezone(UTC)


def seen(
    *visits: tuple[float, float | None],
    length: float = 60,
    policy: Policy | None = None,
    **others: Any,
) -> ExplainedDecision:
    """What was computed from visits given in minutes after 10:00, open where None."""
    policy = policy or Policy()

    def instant(minutes: float) -> int:
        return (
            at("10:00") - EPOCH + timedelta(minutes=minutes)
        ) // timedelta.resolution

    def moment(microseconds: int | None) -> datetime | None:
        if microseconds is None:
            return None
        return EPOCH + timedelta(microseconds=microseconds)

    stays = [
        Stay(instant(joined), None if left is None else instant(left), inferred=False)
        for joined, left in visits
    ]
    figures = calculate(instant(0), instant(length), stays, policy)
    decision = ExplainedDecision(
        status=figures.status,
        computed_status=figures.status,
        source="livekit_auto",
        attended_seconds=figures.attended_seconds,
        window_seconds=round(length * 60),
        percentage=Decimal(figures.percentage_hundredths) / 100,
        window_starts_at=at("10:00"),
        first_seen_at=moment(figures.first_seen_at),
        last_seen_at=moment(figures.last_seen_at),
        late_seconds=figures.late_seconds,
        is_late=figures.is_late,
        interval_count=len(figures.intervals),
        end_inferred=bool(figures.intervals) and figures.intervals[-1].inferred,
        policy=policy,
        calculated=True,
    )
    return replace(decision, **others)


def attempts(count: int, first: str, last: str) -> dict[str, Any]:
    return {
        "failed_attempts": count,
        "first_attempt_at": at(first),
        "last_attempt_at": at(last),
    }


def marked(status: str, **others: Any) -> ExplainedDecision:
    """A mark by hand at 11:20 beside a computed absence."""
    mark: dict[str, Any] = {
        "status": status,
        "source": "manual",
        "marked_by_name": "A. Hadid",
        "marked_at": at("11:20"),
    }
    return seen(**(mark | others))


SENTENCES = {
    "present_within_the_grace": (
        seen((3, 55)),
        "Present: 52 of 60 minutes (87 %), first seen at 10:03, "
        "within the 15-minute grace period",
    ),
    "present_from_the_start_to_the_end": (
        seen((-5, 70)),
        "Present: 60 of 60 minutes (100 %), in the room from the start to the end",
    ),
    "present_though_early_but_not_to_the_end": (
        seen((-5, 57)),
        "Present: 57 of 60 minutes (95 %), first seen at 10:00, "
        "within the 15-minute grace period",
    ),
    "present_with_a_minute_of_grace": (
        seen((1, 55), policy=Policy(grace_minutes=1)),
        "Present: 54 of 60 minutes (90 %), first seen at 10:01, "
        "within the 1-minute grace period",
    ),
    "present_in_time_without_any_grace": (
        seen((0, 54), policy=Policy(grace_minutes=0)),
        "Present: 54 of 60 minutes (90 %), first seen at 10:00",
    ),
    "present_however_late": (
        seen((10, 59), policy=Policy(grace_minutes=5)),
        "Present although late by 10 min (5 past grace): "
        "49 of 60 minutes (82 %), over 75 %",
    ),
    "present_with_an_inferred_end": (
        seen((1, None)),
        "Present: 59 of 60 minutes (98 %), first seen at 10:01, "
        "within the 15-minute grace period; "
        "end estimated at 11:00",
    ),
    "present_says_nothing_of_failed_attempts": (
        seen((3, 55), **attempts(2, "10:01", "10:02")),
        "Present: 52 of 60 minutes (87 %), first seen at 10:03, "
        "within the 15-minute grace period",
    ),
    "late": (
        seen((18, 54)),
        "Late by 18 min (3 past grace), attended 36 of 60 minutes (60 %)",
    ),
    "late_by_one_minute": (
        seen((16, 52.5)),
        "Late by 16 min (1 past grace), attended 36 of 60 minutes (61 %)",
    ),
    "late_by_seconds": (
        seen((15.5, 55)),
        "Late by 15 min (less than 1 past grace), attended 39 of 60 minutes (66 %)",
    ),
    "late_without_any_grace": (
        seen((2, 42), policy=Policy(grace_minutes=0)),
        "Late by 2 min, attended 40 of 60 minutes (67 %)",
    ),
    "late_by_seconds_without_any_grace": (
        seen((0.5, 40), policy=Policy(grace_minutes=0)),
        "Late by less than 1 min, attended 39 of 60 minutes (66 %)",
    ),
    "late_by_another_policy": (
        seen((18, 54), policy=Policy(15, 10, 40, 90)),
        "Late by 18 min (3 past grace), attended 36 of 60 minutes (60 %)",
    ),
    "late_after_failed_attempts": (
        seen((18, 54), **attempts(7, "10:01", "10:09")),
        "Late by 18 min (3 past grace), attended 36 of 60 minutes (60 %); "
        "tried to connect 7 times between 10:01 and 10:09 without getting through",
    ),
    "partial_in_one_visit": (
        seen((10, 29)),
        "Partial: 19 of 60 minutes (32 %), from 10:10 to 10:29",
    ),
    "partial_in_two_visits": (
        seen((0, 11), (42, 50)),
        "Partial: 19 of 60 minutes (32 %), in two visits",
    ),
    "partial_in_three_visits": (
        seen((0, 10), (20, 24), (30, 35)),
        "Partial: 19 of 60 minutes (32 %), in 3 visits",
    ),
    "absent_under_ten_percent": (
        seen((10, 15)),
        "Absent: 5 of 60 minutes (8 %), less than 10 %",
    ),
    "absent_after_some_seconds": (
        seen((10, 11.5)),
        "Absent: 90 seconds of 60 minutes (3 %), less than 10 %",
    ),
    "absent_never_seen": (seen(), "Absent: not seen in this session"),
    "absent_after_seven_attempts": (
        seen(**attempts(7, "10:01", "10:09")),
        "Absent: tried to connect 7 times between 10:01 and 10:09, never got through",
    ),
    "absent_after_attempts_within_a_minute": (
        seen(**attempts(3, "10:01", "10:01")),
        "Absent: tried to connect 3 times at 10:01, never got through",
    ),
    "absent_after_one_attempt": (
        seen(**attempts(1, "10:01", "10:01")),
        "Absent: tried to connect once at 10:01, never got through",
    ),
    "a_session_of_seconds": (
        seen((0, 40 / 60), length=55 / 60),
        "Present: 40 of 55 seconds (73 %), first seen at 10:00, "
        "within the 15-minute grace period",
    ),
    "a_session_of_minutes_and_a_stay_of_seconds": (
        seen((0, 1.5), length=5),
        "Partial: 90 seconds of 5 minutes (30 %), from 10:00 to 10:01",
    ),
    "on_the_whiteboard": (
        seen((3, 55), source="whiteboard_auto"),
        "Present: 52 of 60 minutes (87 %) on the whiteboard, first seen at 10:03, "
        "within the 15-minute grace period",
    ),
    "on_the_whiteboard_throughout": (
        seen((0, 61), source="whiteboard_auto"),
        "Present: 60 of 60 minutes (100 %) on the whiteboard, "
        "from the start to the end",
    ),
    "an_event_of_several_sessions": (
        ExplainedDecision(
            status="present",
            source="livekit_auto",
            attended_seconds=100 * 60,
            window_seconds=120 * 60,
            percentage=Decimal("83.33"),
        ),
        "Present: 100 of 120 minutes (83 %)",
    ),
    "an_event_without_figures": (
        ExplainedDecision(status="excused", source="livekit_auto"),
        "Excused: calculated from the sessions",
    ),
    "an_event_whose_sessions_were_marked": (
        ExplainedDecision(status="excused", source="manual"),
        "Excused: calculated from the sessions",
    ),
    "unknown_before_the_calculation": (
        ExplainedDecision(status="unknown"),
        "Unknown: not calculated yet",
    ),
    "unknown_because_nobody_was_seen": (
        ExplainedDecision(status="unknown", calculated=True, nobody_seen=True),
        "Unknown: nobody was seen in this session",
    ),
    "unknown_although_somebody_tried": (
        ExplainedDecision(
            status="unknown",
            calculated=True,
            nobody_seen=True,
            **attempts(2, "10:01", "10:04"),
        ),
        "Unknown: tried to connect 2 times between 10:01 and 10:04, "
        "never got through; nobody was seen in this session",
    ),
    "unknown_after_an_undo": (
        ExplainedDecision(status="unknown", computed_status="present", calculated=True),
        "Unknown: no decision yet",
    ),
    "absent_because_an_empty_session_was_counted": (
        ExplainedDecision(
            status="absent",
            source="system_default",
            calculated=True,
            nobody_seen=True,
            said_held=True,
        ),
        "Absent: nobody was seen in this session, "
        "and an organizer counted everyone as absent",
    ),
    "absent_in_an_empty_session_after_an_attempt": (
        ExplainedDecision(
            status="absent",
            source="system_default",
            nobody_seen=True,
            said_held=True,
            **attempts(1, "10:01", "10:01"),
        ),
        "Absent: tried to connect once at 10:01, never got through; "
        "nobody was seen in this session, "
        "and an organizer counted everyone as absent",
    ),
    "absent_by_default": (
        ExplainedDecision(status="absent", source="system_default"),
        "Absent: nothing shows that they came",
    ),
    "absent_by_default_after_attempts": (
        ExplainedDecision(
            status="absent", source="system_default", **attempts(4, "10:01", "10:04")
        ),
        "Absent: tried to connect 4 times between 10:01 and 10:04, never got through",
    ),
    "excused_by_hand": (
        marked("excused", notes="Ill, called in."),
        "Excused: marked by A. Hadid at 11:20: “Ill, called in.” Calculated: absent.",
    ),
    "a_note_without_a_full_stop": (
        marked("excused", notes=" Ill,\n called in "),
        "Excused: marked by A. Hadid at 11:20: “Ill, called in”. Calculated: absent.",
    ),
    "a_note_and_nothing_computed": (
        marked("excused", notes="Ill, called in.", computed_status=None),
        "Excused: marked by A. Hadid at 11:20: “Ill, called in.”",
    ),
    "a_mark_without_a_note": (
        marked("present"),
        "Present: marked by A. Hadid at 11:20. Calculated: absent.",
    ),
    "a_mark_and_nothing_computed": (
        marked("present", computed_status=None),
        "Present: marked by A. Hadid at 11:20",
    ),
    "a_mark_on_another_day": (
        marked("present", marked_at=at("11:20", day=20)),
        "Present: marked by A. Hadid at 11:20 on Fri 20 Nov. Calculated: absent.",
    ),
    "a_mark_by_somebody_forgotten": (
        marked("late", marked_by_name=""),
        "Late: marked by hand at 11:20. Calculated: absent.",
    ),
    "an_override": (
        marked("partial", source="admin_override"),
        "Partial: locked by A. Hadid at 11:20. Calculated: absent.",
    ),
    "a_parents_report": (
        marked("excused", source="parent_reported"),
        "Excused: reported by a parent, marked by A. Hadid at 11:20. "
        "Calculated: absent.",
    ),
    "a_parents_report_taken_by_somebody_forgotten": (
        marked("excused", source="parent_reported", marked_by_name=""),
        "Excused: reported by a parent at 11:20. Calculated: absent.",
    ),
    "an_applied_suggestion": (
        marked("present", source="whiteboard_auto"),
        "Present: suggested from what was seen, confirmed by A. Hadid at 11:20. "
        "Calculated: absent.",
    ),
    "a_suggestion_applied_by_somebody_forgotten": (
        marked("present", source="livekit_auto", marked_by_name=""),
        "Present: marked by hand at 11:20. Calculated: absent.",
    ),
    "a_check_in_at_the_door": (
        marked("present", source="check_in", marked_at=at("10:02")),
        "Present: checked in by A. Hadid at 10:02. Calculated: absent.",
    ),
    "a_check_in_by_oneself": (
        marked("late", source="check_in", marked_by_name="", marked_at=at("10:18")),
        "Late: checked in at 10:18. Calculated: absent.",
    ),
    "a_check_in_late": (
        marked(
            "late",
            source="check_in",
            marked_at=at("10:18"),
            checked_in_at=at("10:18"),
            check_in_received_at=at("10:18"),
            check_in_method="staff",
        ),
        "Late: checked in by A. Hadid at 10:18, 18 minutes after the start. "
        "Calculated: absent.",
    ),
    "a_check_in_heard_of_later": (
        marked(
            "present",
            source="check_in",
            computed_status=None,
            marked_at=at("11:02"),
            checked_in_at=at("10:02"),
            check_in_received_at=at("11:02"),
            check_in_method="qr",
        ),
        "Present: badge scanned by A. Hadid at 10:02 (received at 11:02)",
    ),
    "a_check_in_with_the_code": (
        marked(
            "present",
            source="check_in",
            computed_status=None,
            notes="In the second row",
            checked_in_at=at("10:02"),
            check_in_method="self",
            marked_by_name="",
        ),
        "Present: checked in by themselves at 10:02: “In the second row”",
    ),
    "a_check_in_beside_a_mark": (
        marked(
            "excused", notes="Ill.", computed_status=None, checked_in_at=at("10:05")
        ),
        "Excused: marked by A. Hadid at 11:20: “Ill.” Checked in at 10:05.",
    ),
    "an_event_of_three_sessions": (
        ExplainedDecision(
            status="present",
            source="livekit_auto",
            follows=Credit(3, 0, 9000, 10800),
        ),
        "Present: 150 of 180 minutes (83 %) in 3 counted sessions",
    ),
    "an_event_with_an_excused_session": (
        ExplainedDecision(
            status="partial", source="manual", follows=Credit(3, 1, 3600, 7200)
        ),
        "Partial: 60 of 120 minutes (50 %) in 2 counted sessions (1 excused)",
    ),
    "an_event_with_two_excused_sessions": (
        ExplainedDecision(
            status="late", source="manual", follows=Credit(3, 2, 3600, 3600)
        ),
        "Late: 60 of 60 minutes (100 %) in 1 counted session (2 excused)",
    ),
    "an_event_of_one_session": (
        ExplainedDecision(
            status="late", source="livekit_auto", follows=Credit(1, 0, 3120, 3600)
        ),
        "Late: 52 of 60 minutes (87 %) in 1 counted session",
    ),
    "an_event_excused_from_its_session": (
        ExplainedDecision(
            status="excused", source="manual", follows=Credit(1, 1, 0, 0)
        ),
        "Excused from the only session",
    ),
    "an_event_with_sessions_that_were_not_held": (
        ExplainedDecision(
            status="present", source="livekit_auto", follows=Credit(1, 0, 60, 60, 9)
        ),
        "Present: 1 of 1 minutes (100 %) in 1 counted session (9 not counted)",
    ),
    "an_event_in_a_room_without_any_measure": (
        ExplainedDecision(
            status="present",
            source="check_in",
            follows=Credit(3, 0, 4500, 8100, came=2, is_measured=False),
        ),
        "Present: came to 2 of 3 counted sessions",
    ),
    "an_event_in_a_room_with_one_session_counted": (
        ExplainedDecision(
            status="partial",
            source="manual",
            follows=Credit(2, 1, 1800, 3600, 1, came=1, is_measured=False),
        ),
        "Partial: came to 1 of 1 counted session (1 excused, 1 not counted)",
    ),
    "an_event_in_a_room_to_which_somebody_never_came": (
        ExplainedDecision(
            status="absent",
            source="system_default",
            follows=Credit(2, 0, 0, 7200, came=0, is_measured=False),
        ),
        "Absent: came to 0 of 2 counted sessions",
    ),
    "an_event_with_all_kinds_of_sessions": (
        ExplainedDecision(
            status="partial", source="manual", follows=Credit(4, 1, 3600, 7200, 2)
        ),
        "Partial: 60 of 120 minutes (50 %) in 3 counted sessions "
        "(1 excused, 2 not counted)",
    ),
    "a_share_just_over_a_threshold": (
        seen((14, 59.2)),
        "Present: 45 of 60 minutes (75.33 %), first seen at 10:14, "
        "within the 15-minute grace period",
    ),
    "a_share_just_under_everything": (
        seen((0.2, 61)),
        "Present: 59 of 60 minutes (99.67 %), first seen at 10:00, "
        "within the 15-minute grace period",
    ),
    "an_event_where_a_threshold_of_sessions_decides_nothing": (
        ExplainedDecision(
            status="present", source="manual", follows=Credit(2, 0, 5415, 7200)
        ),
        "Present: 90 of 120 minutes (75 %) in 2 counted sessions",
    ),
    "an_event_just_over_a_threshold": (
        ExplainedDecision(
            status="present", source="manual", follows=Credit(2, 0, 3615, 7200)
        ),
        "Present: 60 of 120 minutes (50.21 %) in 2 counted sessions",
    ),
    "an_event_excused_from_everything": (
        ExplainedDecision(
            status="excused", source="manual", follows=Credit(2, 2, 0, 0)
        ),
        "Excused from all 2 sessions",
    ),
}
