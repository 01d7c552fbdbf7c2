"""Writes decisions and calculated results in bulk.

Only rows that differ from what stands are written; changes of decisions go into the log
in the same transaction.

Source: docs/rules.md 38, 40.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from functools import cache
from typing import NamedTuple

from django.db import connection

from attendance.audit.changes import Change
from attendance.decisions.consequences import derive_and_log
from attendance.evidence.session_evidence import Computed, RosterRow, SessionInputs
from attendance.rules.calculation import Figures
from attendance.rules.precedence import SELF_REPORTED, SYSTEM_DEFAULT
from core.sql import as_array


class StatusAndSource(NamedTuple):
    """A status, and who or what decided on it; None before any decision."""

    status: str
    source: str | None


# Cached: there are few different ones, and a calculation needs two for each person.
status_and_source = cache(StatusAndSource)


class Decided(NamedTuple):
    """The decision about one person at one session, before and after a calculation.

    Attributes:
        row: The row as it is stored.
        before: The decision that stands.
        after: The decision to write; equal to ``before`` if another one outranks the
            calculation.
        computed: The calculated result to write.
        figures: The figures behind ``computed``; None if nothing was calculated.
    """

    inputs: SessionInputs
    row: RosterRow
    before: StatusAndSource
    after: StatusAndSource
    computed: Computed
    figures: Figures | None

    @property
    def came(self) -> bool:
        """Whether the person was seen in the session."""
        return bool(self.figures and self.figures.join_count)

    @property
    def is_change(self) -> bool:
        """Whether the status or its source differs from what stands."""
        return self.after != self.before

    @property
    def differs(self) -> bool:
        """Whether there is anything to write."""
        return self.computed != self.row.computed or self.is_change


def write_decisions(
    decided: Iterable[Decided],
    *,
    newly_known: Collection[int],
    actor_id: int | None = None,
) -> list[Change]:
    """Write the rows that differ, their consequences, and the log.

    Args:
        decided: Decisions at sessions that this transaction has locked.
        newly_known: The ids of those of which it was not known before whether they
            were held, or something else was.
        actor_id: The user who said that a session was held, or took that back. Only
            what became absent or unknown by that is theirs; None for a calculation.

    Returns:
        The changes of session decisions, without those of course results.
    """
    decided = list(decided)
    differing = [decision for decision in decided if decision.differs]
    _write(differing)
    changes = [_change(decision) for decision in differing if decision.is_change]
    touched: dict[int, list[int]] = defaultdict(list)
    # Course results depend on whether a session was held, even where no row differs.
    for decision in decided:
        if decision.differs or decision.inputs.session_id in newly_known:
            touched[decision.inputs.event_id].append(decision.row.participant_id)
    derive_and_log(changes, touched, actor_id=actor_id)
    return changes


# Sources of people of whom nothing is known.
_BY_DEFAULT = {None, SYSTEM_DEFAULT}


def _change(decision: Decided) -> Change:
    return Change(
        decision.inputs.organization_id,
        decision.row.participant_id,
        decision.inputs.session_id,
        decision.before.status,
        decision.after.status,
        decision.before.source,
        decision.after.source,
        follows=not {decision.before.source, decision.after.source} <= _BY_DEFAULT,
    )


# Converts microseconds since the epoch.
_INSTANT = "timestamptz 'epoch' + r.{} * interval '1 microsecond'"
_COMPUTED_COLUMNS = {
    "computed_status": "text",
    "computed_source": "text",
    "window_seconds": "int",
    "late_seconds": "int",
    "join_count": "int",
    "intervals": "text",
    "failed_attempts": "int",
    "first_attempt_at": "bigint",
    "last_attempt_at": "bigint",
    "grace_minutes": "int",
    "partial_from": "int",
    "present_over": "int",
    "present_regardless_over": "int",
    "percentage": "int",
    "is_late": "boolean",
    "attended_seconds": "int",
    "first_seen_at": "bigint",
    "last_seen_at": "bigint",
}
_CONVERSIONS = {
    "intervals": "r.intervals::jsonb",
    "percentage": "r.percentage / 100.0",
    "first_attempt_at": _INSTANT.format("first_attempt_at"),
    "last_attempt_at": _INSTANT.format("last_attempt_at"),
    "first_seen_at": _INSTANT.format("first_seen_at"),
    "last_seen_at": _INSTANT.format("last_seen_at"),
}
_KEY_COLUMNS = {
    "organization_id": "bigint",
    "event_id": "bigint",
    "session_id": "bigint",
    "participant_id": "bigint",
    "status": "text",
    "source": "text",
}
_COLUMNS = _KEY_COLUMNS | _COMPUTED_COLUMNS

_NAMES = ", ".join(_COLUMNS)
_VALUES = ", ".join(_CONVERSIONS.get(name, f"r.{name}") for name in _COLUMNS)
_ARRAYS = ", ".join(f"%s::{kind}[]" for kind in _COLUMNS.values())
_ROWS = f"unnest({_ARRAYS}) AS r({_NAMES})"

# Who decided, when and why is kept if the source stays the same, and cleared otherwise;
# but an own answer that decides again was given when it was. Checks see the row that is
# inserted even if there is one to update, so it has the answer, too.
_OF_DECIDER = ("marked_by_id", "marked_at", "notes")
_REPLACED = ("status", "source", *_OF_DECIDER, *_COMPUTED_COLUMNS)
_WRITE = f"""
    INSERT INTO attendance_attendance (
        {_NAMES}, {", ".join(_OF_DECIDER)}, self_attended, self_answered_at
    )
    SELECT {_VALUES},
        CASE WHEN kept.source = r.source THEN kept.marked_by_id END,
        CASE WHEN kept.source = r.source THEN kept.marked_at
            WHEN r.source = '{SELF_REPORTED}' THEN kept.self_answered_at END,
        CASE WHEN kept.source = r.source THEN kept.notes ELSE '' END,
        kept.self_attended, kept.self_answered_at
    FROM {_ROWS}
    LEFT JOIN attendance_attendance kept
        ON kept.participant_id = r.participant_id AND kept.session_id = r.session_id
    ON CONFLICT (participant_id, session_id) DO UPDATE SET
        {", ".join(f"{name} = excluded.{name}" for name in _REPLACED)},
        updated_at = now()
"""


def _write(decided: list[Decided]) -> None:
    if not decided:
        return
    columns = zip(*map(_values, decided), strict=True)
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [as_array(column) for column in columns])


def _values(decision: Decided) -> tuple[object, ...]:
    inputs, figures = decision.inputs, decision.figures
    return (
        inputs.organization_id,
        inputs.event_id,
        inputs.session_id,
        decision.row.participant_id,
        *decision.after,
        *decision.computed,
        *(
            (figures.attended_seconds, figures.first_seen_at, figures.last_seen_at)
            if figures
            else (None,) * 3
        ),
    )
