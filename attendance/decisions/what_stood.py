"""Answers from the log of a decision: who decided, and who repeated that.

A log here is the changes of one decision, oldest first, without those that only follow
a check-in: an earlier tap of somebody who was checked in already, or another start of
the session, decided anew whether they were late. That is no decision of its own, and is
taken back with the check-in.

Source: docs/rules.md 45, 47, 49, 110.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from attendance.models import AttendanceChange
from attendance.rules.precedence import CHECK_IN

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
        log = logs[change.participant_id, change.session_id]
        if not follows_check_in(change) or _comes_again(change, log):
            log.append(change)
    return logs


def follows_check_in(change: AttendanceChange) -> bool:
    """Return whether a change decided anew whether a check-in at a session was late."""
    return (
        change.session_id is not None
        and change.undoes_id is None
        and change.from_source == change.source == CHECK_IN
    )


def _comes_again(change: AttendanceChange, log: Log) -> bool:
    """Return whether a change is a new check-in after one that was taken back.

    Who takes that back again restores the decision, but not the time of the check-in.
    """
    taps = [
        place
        for place, entry in enumerate(log)
        if entry.source == CHECK_IN and entry.undoes_id is None
    ]
    if change.actor_id is None or not taps:
        return False
    after = taps[-1] + 1
    return after < len(log) and log[after].undoes_id is not None


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
