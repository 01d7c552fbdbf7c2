"""What is said of people who answered whether they attended, case by case."""

from attendance.wording.parts import ExplainedDecision
from tests.attendance.wording.sentences import at, marked, seen

SENTENCES_OF_ANSWERS: dict[str, tuple[ExplainedDecision, str]] = {
    "an_answer_that_they_came": (
        marked("present", source="self_reported", marked_by_name=""),
        "Present: said at 11:20 that they were there. Calculated: absent.",
    ),
    "an_answer_that_they_did_not_come": (
        marked("absent", source="self_reported", computed_status=None),
        "Absent: said at 11:20 that they were not there",
    ),
    "an_answer_beside_what_was_seen": (
        seen((3, 55), self_attended=False),
        "Present: 52 of 60 minutes (87 %), first seen at 10:03, "
        "within the 15-minute grace period. Own answer: they were not there.",
    ),
    "two_opposite_answers_within_seconds_beside_what_was_seen": (
        seen((3, 55), self_attended=True, self_answered_twice=True),
        "Present: 52 of 60 minutes (87 %), first seen at 10:03, "
        "within the 15-minute grace period. "
        "Own answer: they were there (answered twice within seconds).",
    ),
    "two_opposite_answers_within_seconds_that_decide": (
        marked(
            "absent",
            source="self_reported",
            computed_status=None,
            self_attended=False,
            self_answered_twice=True,
            marked_by_name="",
        ),
        "Absent: said at 11:20 that they were not there "
        "(answered twice within seconds)",
    ),
    "an_answer_and_a_check_in_beside_a_mark": (
        marked("absent", self_attended=True, checked_in_at=at("10:05")),
        "Absent: marked by A. Hadid at 11:20. Calculated: absent. "
        "Checked in at 10:05. Own answer: they were there.",
    ),
}
