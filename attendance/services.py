"""Calculating sessions: reading, deciding and writing, in bulk.

The rules are pure Python (``calculation.py``, ``precedence.py``); the queries that read
stand in ``due.py`` and ``evidence.py``. Here results become rows. What did not change
is not written.
"""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from django.db import connection, transaction

from attendance.audit import Change, record_changes
from attendance.calculation import SECOND, Figures, Interval, Stay, calculate_person
from attendance.due import Selection
from attendance.evidence import (
    NOTHING_SEEN,
    Attempts,
    Computed,
    RosterRow,
    SessionEvidence,
    SessionInputs,
    read_evidence,
    read_roster,
    read_sessions,
)
from attendance.models import DecisionSource, Status
from attendance.precedence import calculation_replaces, is_automatic

logger = logging.getLogger(__name__)

# After a failure: twice a minute later, then hourly.
QUICK_RETRIES = 2
QUICK_RETRY = timedelta(seconds=60)
SLOW_RETRY = timedelta(hours=1)


@dataclass(slots=True)
class Outcome:
    """What one run did.

    Attributes:
        calculated: Sessions that were read and decided.
        changed: Changes of a decision, by session; a session without any is missing.
        failed: What went wrong, by session.
    """

    calculated: list[int] = field(default_factory=list)
    changed: dict[int, int] = field(default_factory=dict)
    failed: dict[int, str] = field(default_factory=dict)


class Decided(NamedTuple):
    """One person's row to write: the decision, and what was computed."""

    inputs: SessionInputs
    row: RosterRow
    status: str
    source: str | None
    computed: Computed
    figures: Figures | None


def calculate_sessions(selection: Selection, *, dry_run: bool = False) -> Outcome:
    """Calculate the selected sessions, some at a time, each group in one transaction.

    A session that fails is noted with its error and tried again later; it never stops
    the others.

    Args:
        selection: Which sessions.
        dry_run: Roll every transaction back: the outcome says what would be.
    """
    outcome = Outcome()
    after = 0
    while True:
        with transaction.atomic():
            sessions = selection.claim(after=after)
            if sessions:
                _calculate_claimed(sessions, outcome)
            if dry_run:
                transaction.set_rollback(True)
        if not sessions:
            return outcome
        after = sessions[-1]


def _calculate_claimed(sessions: list[int], outcome: Outcome) -> None:
    """Calculate locked sessions together; if that fails, each on its own."""
    try:
        with transaction.atomic():
            changes = _calculate(sessions)
    except Exception as error:  # noqa: BLE001
        if len(sessions) > 1:
            for session in sessions:
                _calculate_claimed([session], outcome)
        else:
            _note_failure(sessions[0], error)
            outcome.failed[sessions[0]] = _in_words(error)
        return
    outcome.calculated += sessions
    for change in changes:
        session_id = change.session_id or 0
        outcome.changed[session_id] = outcome.changed.get(session_id, 0) + 1


def _calculate(sessions: list[int]) -> list[Change]:
    inputs = {session.session_id: session for session in read_sessions(sessions)}
    evidence = read_evidence(sessions)
    seen = {
        session_id: _source_that_saw(inputs[session_id], found)
        for session_id, found in evidence.items()
    }
    decided = list(_decide(inputs, evidence, seen, read_roster(sessions)))
    changes = [_change(one) for one in decided if _is_change(one)]
    _write_decisions([one for one in decided if not one.row.is_marked])
    _write_computed([one for one in decided if one.row.is_marked])
    _write_calculations(inputs.values(), seen)
    record_changes(changes)
    return changes


# --- Deciding -----------------------------------------------------------------------


def _source_that_saw(inputs: SessionInputs, found: SessionEvidence) -> str | None:
    """Return the source by which people who never came were absent.

    LiveKit if it saw any person in the window, on the roster or not, else the
    whiteboard; None if nobody was seen.
    """
    everybody = [*found.people.values(), *found.strangers]
    if any(_overlaps(inputs, stay) for one in everybody for stay in one.livekit):
        return DecisionSource.LIVEKIT_AUTO
    if any(_overlaps(inputs, stay) for one in everybody for stay in one.whiteboard):
        return DecisionSource.WHITEBOARD_AUTO
    return None


def _overlaps(inputs: SessionInputs, stay: Stay) -> bool:
    start = max(stay.joined_at, inputs.window_start)
    end = inputs.window_end
    if stay.left_at is not None:
        end = min(stay.left_at, end)
    return start < end


def _decide(
    inputs: dict[int, SessionInputs],
    evidence: dict[int, SessionEvidence],
    seen: dict[int, str | None],
    roster: Iterable[RosterRow],
) -> Iterator[Decided]:
    """Yield the rows that differ from what stands."""
    for row in roster:
        session = inputs[row.session_id]
        source = seen.get(row.session_id)
        if source is None:
            decided = _nobody_seen(session, row)
        else:
            decided = _computed(session, row, source, evidence[row.session_id])
        if decided and (
            decided.computed != row.computed
            or decided.status != row.status
            or decided.source != row.source
        ):
            yield decided


NOT_COMPUTED = Computed(*[None] * len(Computed._fields))


def _nobody_seen(session: SessionInputs, row: RosterRow) -> Decided | None:
    """Leave everyone unknown: whether the session was held is for people to say."""
    if row.attendance_id is None:
        return None
    status, source = row.status or Status.UNKNOWN, row.source
    if is_automatic(source) and not row.is_marked:
        status, source = Status.UNKNOWN, None
    return Decided(session, row, status, source, NOT_COMPUTED, None)


def _computed(
    session: SessionInputs, row: RosterRow, session_source: str, found: SessionEvidence
) -> Decided | None:
    seen = found.people.get(row.participant_id, NOTHING_SEEN)
    source, figures = calculate_person(
        session.window_start,
        session.window_end,
        seen.livekit,
        seen.whiteboard,
        session.policy,
    )
    if source is None and not row.is_expected and row.attendance_id is None:
        return None
    by = source or session_source
    status, final = figures.status.value, by
    if not calculation_replaces(row.source, by, marked=row.is_marked):
        status, final = row.status or Status.UNKNOWN, row.source or by
    computed = _in_columns(session, figures, by, seen.attempts)
    return Decided(session, row, status, final, computed, figures)


def _in_columns(
    session: SessionInputs, figures: Figures, source: str, attempts: Attempts
) -> Computed:
    return Computed(
        figures.status.value,
        source,
        (session.window_end - session.window_start) // SECOND,
        figures.late_seconds,
        figures.join_count,
        _as_jsonb(figures.intervals),
        attempts.count,
        attempts.first_at,
        attempts.last_at,
        *session.policy,
    )


def _as_jsonb(intervals: Iterable[Interval]) -> str:
    """Return the intervals as Postgres shows jsonb, so that texts can be compared."""
    items = [
        f"[{joined}, {left}, {'true' if inferred else 'false'}]"
        for joined, left, inferred in intervals
    ]
    return f"[{', '.join(items)}]"


# --- Writing ------------------------------------------------------------------------


def _is_change(one: Decided) -> bool:
    before = (one.row.status or Status.UNKNOWN, one.row.source)
    return (one.status, one.source) != before


def _change(one: Decided) -> Change:
    return Change(
        one.inputs.organization_id,
        one.row.participant_id,
        one.inputs.session_id,
        one.row.status or Status.UNKNOWN,
        one.status,
        one.row.source,
        one.source,
    )


# Name, type in Postgres, and where the value is; microseconds become instants.
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
    "attended_seconds": "int",
    "percentage": "int",
    "first_seen_at": "bigint",
    "last_seen_at": "bigint",
    "is_late": "boolean",
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

_WRITE_DECISIONS = f"""
    INSERT INTO attendance_attendance ({_NAMES})
    SELECT {_VALUES} FROM {_ROWS}
    ON CONFLICT (participant_id, session_id) DO UPDATE SET
        {", ".join(f"{n} = excluded.{n}" for n in ("status", "source"))},
        {", ".join(f"{n} = excluded.{n}" for n in _COMPUTED_COLUMNS)},
        updated_at = now()
"""

# Beside a person's mark only what was computed is written; the decision stays theirs.
_WRITE_COMPUTED = f"""
    UPDATE attendance_attendance a SET
        {
    ", ".join(
        f"{name} = {_CONVERSIONS.get(name, f'r.{name}')}" for name in _COMPUTED_COLUMNS
    )
},
        updated_at = now()
    FROM {_ROWS}
    WHERE a.participant_id = r.participant_id AND a.session_id = r.session_id
"""


def _write_decisions(decided: list[Decided]) -> None:
    _write(_WRITE_DECISIONS, decided)


def _write_computed(decided: list[Decided]) -> None:
    _write(_WRITE_COMPUTED, decided)


def _write(statement: str, decided: list[Decided]) -> None:
    if not decided:
        return
    columns = [list(column) for column in zip(*map(_values, decided), strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(statement, columns)


def _values(one: Decided) -> tuple[object, ...]:
    inputs, figures = one.inputs, one.figures
    return (
        inputs.organization_id,
        inputs.event_id,
        inputs.session_id,
        one.row.participant_id,
        one.status,
        one.source,
        *one.computed,
        *(
            (
                figures.attended_seconds,
                figures.percentage_hundredths,
                figures.first_seen_at,
                figures.last_seen_at,
                figures.is_late,
            )
            if figures
            else (None,) * 5
        ),
    )


_WRITE_CALCULATIONS = """
    INSERT INTO attendance_sessioncalculation AS k (
        session_id, calculated_at, facts_read, inputs_read_at, nobody_seen,
        failures, retry_at, error
    )
    SELECT r.*, 0, NULL, '' FROM unnest(
        %s::bigint[], %s::timestamptz[], %s::bigint[], %s::timestamptz[], %s::boolean[]
    ) r
    ON CONFLICT (session_id) DO UPDATE SET
        calculated_at = excluded.calculated_at,
        facts_read = excluded.facts_read,
        inputs_read_at = excluded.inputs_read_at,
        nobody_seen = excluded.nobody_seen,
        failures = 0, retry_at = NULL, error = ''
"""


def _write_calculations(
    sessions: Iterable[SessionInputs], seen: dict[int, str | None]
) -> None:
    rows = [
        (
            session.session_id,
            session.began_at,
            session.facts,
            session.inputs_as_of,
            seen.get(session.session_id) is None,
        )
        for session in sessions
    ]
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE_CALCULATIONS, [list(column) for column in zip(*rows, strict=True)]
        )


_NOTE_FAILURE = """
    INSERT INTO attendance_sessioncalculation AS k (
        session_id, facts_read, nobody_seen, failures, retry_at, error
    )
    VALUES (%(session)s, 0, false, 1, now() + %(quick)s, %(error)s)
    ON CONFLICT (session_id) DO UPDATE SET
        failures = least(k.failures + 1, 1000),
        retry_at = now() + CASE WHEN k.failures < %(quick_retries)s
            THEN %(quick)s ELSE %(slow)s END,
        error = excluded.error
"""


def _note_failure(session_id: int, error: Exception) -> None:
    logger.error(
        "A session could not be calculated.",
        exc_info=error,
        extra={"session": session_id},
    )
    with connection.cursor() as cursor:
        cursor.execute(
            _NOTE_FAILURE,
            {
                "session": session_id,
                "quick": QUICK_RETRY,
                "slow": SLOW_RETRY,
                "quick_retries": QUICK_RETRIES,
                "error": _in_words(error),
            },
        )


def _in_words(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"[:2000]
