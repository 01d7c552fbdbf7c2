"""Answers from the log of a decision: who decided, and who repeated that.

A log here is the changes of one decision, oldest first.

Source: docs/rules.md 45, 47.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from attendance.models import AttendanceChange

Log = Sequence[AttendanceChange]


def logs_of(
    changes: Iterable[AttendanceChange],
) -> Mapping[tuple[int, int | None], Log]:
    """Return the log of each decision, by the ids of participant and session.

    Args:
        changes: All changes of these decisions, in any order.
    """
    logs: dict[tuple[int, int | None], list[AttendanceChange]] = defaultdict(list)
    for change in sorted(changes, key=lambda change: change.pk):
        logs[change.participant_id, change.session_id].append(change)
    return logs


def deciding_change(log: Log) -> AttendanceChange | None:
    """Return the change by which a person decided what stands at the end of ``log``.

    Only the newest change can be undone, so an undo comes right after the change that
    it undoes. If it restored what had stood before, the change that decided that is
    looked for in the log before both. None if a calculation decided, or if an undo let
    a check-in or a calculated result decide again.
    """
    while log and log[-1].undoes_id is not None:
        *earlier, undone, undo_ = log
        restored = undone.from_status, undone.from_source
        if (undo_.to_status, undo_.source) != restored:
            return None
        log = earlier
    return log[-1] if log and log[-1].actor_id is not None else None


def decides_again(log: Log) -> bool:
    """Return whether the newest change repeats the decision of a person.

    Repeating what was calculated, or followed from sessions, confirms it instead.
    """
    return log[-1].repeats and deciding_change(log[:-1]) is not None
