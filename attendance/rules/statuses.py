"""The statuses of a decision, and what each of them means: one table. Pure.

Whatever asks what a status means asks here; the words for it stand where words are
(``models.Status``, ``wording/parts.py``), its colour and shape in the style sheet and
``templates/components/shapes.html``. tests/attendance/test_status.py takes every status
of the table through all of that. One that is worth points gets a column in
``models/points.py`` and a field in ``points/ledger.py``, too.

Source: docs/rules.md 24, 43, 60, 62, 69.
"""

from enum import StrEnum
from typing import NamedTuple


class Status(StrEnum):
    """What a decision says of a person; unknown: nothing was decided yet."""

    UNKNOWN = "unknown"
    PRESENT = "present"
    LATE = "late"
    PARTIAL = "partial"
    ABSENT = "absent"
    EXCUSED = "excused"


class StatusMeaning(NamedTuple):
    """What one status means.

    Attributes:
        came: It says that somebody came, or that they did not; None: neither.
        credited_halves: What a mark credits of a session's window; None: the session
            is left out of the event's sums.
        points: What it is worth where an organization has said nothing else.
        can_be_marked: People may say it of somebody.
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
DID_NOT_COME = tuple(status for status in MEANINGS if MEANINGS[status].came is False)
