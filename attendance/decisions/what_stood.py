"""What the log tells of one decision: who made what stood, and who said it again.

A log here is the changes of one decision, the oldest first.

Source: docs/rules.md 45, 47.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from attendance.models import AttendanceChange

Log = Sequence[AttendanceChange]


def logs_of(
    changes: Iterable[AttendanceChange],
) -> Mapping[tuple[int, int | None], Log]:
    """Return the log of each decision, by participant and session, of such changes."""
    logs: dict[tuple[int, int | None], list[AttendanceChange]] = defaultdict(list)
    for change in sorted(changes, key=lambda change: change.pk):
        logs[change.participant_id, change.session_id].append(change)
    return logs


def maker(log: Log) -> AttendanceChange | None:
    """Return by which change a person made what stood at the end of ``log``.

    Only the newest is ever undone, so that an undo stands right behind what it took
    back: if it restored what had been there, that was made by whoever made it then.
    None: a machine decided, or what was kept beside a decision counted again.
    """
    while log and log[-1].undoes_id is not None:
        *earlier, undone, undo_ = log
        restored = undone.from_status, undone.from_source
        if (undo_.to_status, undo_.source) != restored:
            return None
        log = earlier
    return log[-1] if log and log[-1].actor_id is not None else None


def says_again(log: Log) -> bool:
    """Whether by the newest somebody said what a person had said already.

    Who says what followed by itself, or was computed, is the first to say it.
    """
    return log[-1].repeats and maker(log[:-1]) is not None
