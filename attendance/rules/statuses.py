"""The table of statuses and of what each of them means. Pure.

All other code asks this table instead of naming statuses. Their labels are in
``models.Status`` and ``wording/parts.py``, their colours and shapes in the style sheet
and ``templates/components/shapes.html``; tests/attendance/test_status.py takes every
status through all of these. A status that is worth points also needs a column in
``models/points.py`` and a field in ``points/ledger.py``.

Source: docs/rules.md 24, 43, 60, 62, 69.
"""

from enum import StrEnum
from typing import NamedTuple


class Status(StrEnum):
    """How a person attended; ``unknown`` until something is decided."""

    UNKNOWN = "unknown"
    PRESENT = "present"
    LATE = "late"
    PARTIAL = "partial"
    ABSENT = "absent"
    EXCUSED = "excused"


class StatusMeaning(NamedTuple):
    """What one status means.

    Attributes:
        came: Whether somebody with this status came; None: the status does not say.
        credited_halves: How many halves of the session's window a mark credits; None:
            the session is left out of the sums of the course result.
        points: Points in organizations that have no mapping of their own.
        can_be_marked: People may choose it when they mark somebody.
        is_computed: A calculation may give it.
    """

    came: bool | None
    credited_halves: int | None
    points: int = 0
    can_be_marked: bool = True
    is_computed: bool = True


# In the order in which they are shown.
MEANINGS: dict[str, StatusMeaning] = {
    Status.PRESENT: StatusMeaning(came=True, credited_halves=2, points=10),
    Status.LATE: StatusMeaning(came=True, credited_halves=2, points=7),
    Status.PARTIAL: StatusMeaning(came=True, credited_halves=1, points=4),
    Status.ABSENT: StatusMeaning(came=False, credited_halves=0),
    Status.EXCUSED: StatusMeaning(came=None, credited_halves=None, is_computed=False),
    Status.UNKNOWN: StatusMeaning(
        came=None, credited_halves=None, is_computed=False, can_be_marked=False
    ),
}

CAN_BE_MARKED = tuple(status for status in MEANINGS if MEANINGS[status].can_be_marked)
COMPUTED = tuple(status for status in MEANINGS if MEANINGS[status].is_computed)
CAME = tuple(status for status in MEANINGS if MEANINGS[status].came is True)
CREDITED_WHOLLY = tuple(
    status for status in MEANINGS if MEANINGS[status].credited_halves == 2
)
# Marks that say that somebody was not there, or need not have been.
MARKED_AWAY = tuple(
    status for status in CAN_BE_MARKED if MEANINGS[status].came is not True
)
DID_NOT_COME = tuple(status for status in MEANINGS if MEANINGS[status].came is False)


def of_answer(attended: bool) -> Status:
    """Return the status that somebody's own answer gives: they were there, or not."""
    return Status.PRESENT if attended else Status.ABSENT
