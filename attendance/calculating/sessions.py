"""Calculates sessions in bulk: claims those that are due, reads, decides, writes.

The rules are pure Python (``rules/calculation.py``, ``rules/precedence.py``). The query
for due sessions is in ``evidence/due.py``, reading in ``evidence/session_evidence.py``,
writing in ``write_decisions.py``.

Source: docs/rules.md 27, 28, 31, 32, 33, 37, 38.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from attendance.audit.changes import Change
from attendance.calculating.write_decisions import (
    Decided,
    StatusAndSource,
    status_and_source,
    write_decisions,
)
from attendance.evidence.due import SESSIONS_AT_ONCE, Selection
from attendance.evidence.session_evidence import (
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
from attendance.models import AUTOMATIC_SOURCES, SessionCalculation, Status
from attendance.rules.calculation import (
    SECOND,
    Figures,
    Interval,
    Stay,
    calculate_person,
)
from attendance.rules.precedence import (
    SYSTEM_DEFAULT,
    calculation_replaces,
    is_automatic,
)
from core.error_text import error_text
from core.errors import Conflict
from core.operations import logged
from core.times import day_and_time
from events.models import User
from sessions_app.locks import lock_session
from sessions_app.models import LiveSession

logger = logging.getLogger(__name__)

# After a failure a session is retried twice after a minute, then hourly.
QUICK_RETRIES = 2
QUICK_RETRY = timedelta(seconds=60)
SLOW_RETRY = timedelta(hours=1)


@dataclass(slots=True)
class SessionResult:
    """The result of one session's calculation.

    Attributes:
        statuses: The number of people with each status now.
        changed: The number of people who had another status or source before.
    """

    statuses: Counter[str] = field(default_factory=Counter)
    changed: int = 0


@dataclass(slots=True)
class CalculationResult:
    """The result of one run: by session id, the results, and the errors as texts."""

    calculated: dict[int, SessionResult] = field(default_factory=dict)
    failed: dict[int, str] = field(default_factory=dict)


def calculate_sessions(
    selection: Selection, *, dry_run: bool = False
) -> CalculationResult:
    """Calculate the selected sessions in groups, each group in one transaction.

    If a group fails, each of its sessions is claimed and calculated in a transaction of
    its own. A session that fails is noted with its error and retried later; it never
    stops the others.

    Args:
        selection: The sessions to calculate.
        dry_run: Roll every transaction back, and return what would have been done.
    """
    outcome = CalculationResult()
    with logged(logger, "calculate_attendance", "Attendance is calculated.") as fields:
        _calculate_selected(selection, outcome, dry_run=dry_run)
        fields |= _as_fields(outcome) | {"dry_run": dry_run}
    return outcome


def _calculate_selected(
    selection: Selection, outcome: CalculationResult, *, dry_run: bool
) -> None:
    after, of_failed_group = 0, 0
    while True:
        limit = 1 if of_failed_group else SESSIONS_AT_ONCE
        with transaction.atomic():
            sessions = selection.claim(after=after, limit=limit)
            is_settled = _calculate_claimed(sessions, outcome)
            if dry_run:
                transaction.set_rollback(True)
        if not sessions:
            return
        if is_settled:
            after = sessions[-1]
            of_failed_group = max(0, of_failed_group - 1)
        else:
            of_failed_group = len(sessions)


def _as_fields(outcome: CalculationResult) -> dict[str, int]:
    done = outcome.calculated.values()
    return {
        "sessions": len(outcome.calculated),
        "people": sum(session.statuses.total() for session in done),
        "changed": sum(session.changed for session in done),
        "failed": len(outcome.failed),
    }


def calculate_session(
    session: LiveSession, *, now: datetime, force: bool = False, dry_run: bool = False
) -> CalculationResult:
    """Calculate one session on request, however long ago it ended.

    The result is empty if nothing is new, unless ``force`` is true.

    Raises:
        Conflict: The session is cancelled, or has not ended.
    """
    if session.cancelled_at:
        raise Conflict("session_cancelled", _("The session is cancelled."))
    if session.end > now:
        raise Conflict(
            "session_running",
            _("The session has not ended. It can be calculated from %(end)s.")
            % {"end": day_and_time(session.end, session.event.time_zone)},
            ends_at=session.end,
        )
    selection = Selection(now=now, session_id=session.pk, force=force)
    return calculate_sessions(selection, dry_run=dry_run)


@transaction.atomic
def count_empty_as_absent(session: LiveSession, *, actor: User) -> list[Change]:
    """Treat a calculated session in which nobody was seen as held.

    Everybody who is expected and still unknown becomes absent by default; later facts
    and marks win over that.

    Returns:
        The changes; none if somebody was seen.
    """
    lock_session(session.pk)
    if not SessionCalculation.objects.filter(
        session=session, nobody_seen=True
    ).exists():
        return []
    [inputs] = read_sessions([session.pk])
    absent = [
        Decided(
            inputs,
            row,
            _standing(row),
            status_and_source(Status.ABSENT, SYSTEM_DEFAULT),
            row.computed,
            None,
        )
        for row in read_roster([session.pk])
        if row.is_expected and row.source is None
    ]
    return write_decisions(absent, actor_id=actor.pk)


def _calculate_claimed(sessions: list[int], outcome: CalculationResult) -> bool:
    """Calculate locked sessions together; if there is only one, note its failure.

    The caller retries the sessions of a failed group one by one, in transactions of
    their own: within this one, the locks of one session would be held while those of
    the next are waited for.

    Returns:
        False if the sessions have to be retried one by one.
    """
    if not sessions:
        return True
    try:
        with transaction.atomic():
            calculated = _calculate(sessions)
            # Else foreign keys are checked at commit, too late to blame one session.
            connection.check_constraints()
        outcome.calculated |= calculated
    except Exception as error:
        if len(sessions) > 1:
            return False
        logger.exception(
            "A session could not be calculated.",
            extra={"op": "calculate_attendance", "session": sessions[0]},
        )
        outcome.failed[sessions[0]] = error_text(error)
        _note_failure(sessions[0], error_text(error))
    return True


def _calculate(sessions: list[int]) -> dict[int, SessionResult]:
    inputs = {session.session_id: session for session in read_sessions(sessions)}
    evidence = read_evidence(sessions)
    seen = {
        session_id: _source_that_saw_anybody(inputs[session_id], of_session)
        for session_id, of_session in evidence.items()
    }
    outcomes = {session: SessionResult() for session in sessions}
    decided = list(_decide(inputs, evidence, seen, read_roster(sessions)))
    for decision in decided:
        outcomes[decision.inputs.session_id].statuses[decision.after.status] += 1
    # Before the decisions: deriving course results reads whether anybody was seen.
    _write_calculations(inputs.values(), seen)
    for change in write_decisions(decided):
        outcomes[change.session_id or 0].changed += 1
    return outcomes


# --- Deciding -----------------------------------------------------------------------


def _source_that_saw_anybody(
    inputs: SessionInputs, evidence: SessionEvidence
) -> str | None:
    """Return the source for decisions about people whom no source saw.

    It is the first that saw anybody in the window, on the roster or not; None if nobody
    was seen.
    """
    everybody = [*evidence.people.values(), *evidence.strangers]
    for rank, source in enumerate(AUTOMATIC_SOURCES):
        seen = chain.from_iterable(person.stays[rank] for person in everybody)
        if any(_overlaps(inputs, stay) for stay in seen):
            return source
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
    """Yield a decision about everybody who is expected, or was there.

    Others of the roster get one only if they have one already.
    """
    for row in roster:
        session = inputs[row.session_id]
        source = seen.get(row.session_id)
        decided = None
        if source is not None:
            decided = _computed(session, row, source, evidence[row.session_id])
        if decided is None or not (row.is_expected or decided.came):
            decided = _undecided(session, row)
        if row.is_expected or row.attendance_id or decided.came:
            yield decided


NOT_COMPUTED = Computed(*[None] * len(Computed._fields))


def _undecided(session: SessionInputs, row: RosterRow) -> Decided:
    """Return ``unknown``, or the decision that stands if no calculation made it.

    If nobody was seen, people have to say whether the session was held. Somebody who
    was not expected, and did not come, is not absent.
    """
    before = _standing(row)
    by_calculation = is_automatic(row.source) and not row.is_marked
    after = status_and_source(Status.UNKNOWN, None) if by_calculation else before
    return Decided(session, row, before, after, NOT_COMPUTED, None)


def _standing(row: RosterRow) -> StatusAndSource:
    return status_and_source(row.status or Status.UNKNOWN, row.source)


def _computed(
    session: SessionInputs,
    row: RosterRow,
    session_source: str,
    evidence: SessionEvidence,
) -> Decided:
    seen = evidence.people.get(row.participant_id, NOTHING_SEEN)
    source, figures = calculate_person(
        session.window_start, session.window_end, seen.by_source, session.policy
    )
    by = source or session_source
    computed = _in_columns(session, figures, by, seen.attempts)
    replaces = calculation_replaces(row.source, by, marked=row.is_marked)
    before = _standing(row)
    after = status_and_source(figures.status.value, by) if replaces else before
    return Decided(session, row, before, after, computed, figures)


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
        attempts.number,
        attempts.first_at,
        attempts.last_at,
        *session.policy,
        figures.percentage_hundredths,
        figures.is_late,
    )


def _as_jsonb(intervals: Iterable[Interval]) -> str:
    """Return intervals as Postgres formats jsonb, so that the texts can be compared."""
    items = [
        f"[{joined}, {left}, {'true' if inferred else 'false'}]"
        for joined, left, inferred in intervals
    ]
    return f"[{', '.join(items)}]"


# --- Writing the state of the calculation -------------------------------------------

_WRITE_CALCULATIONS = """
    INSERT INTO attendance_sessioncalculation AS k (
        session_id, calculated_at, facts_read, inputs_changed_at, roster_changed_at,
        nobody_seen, failures, retry_at, error
    )
    SELECT r.*, 0, NULL, '' FROM unnest(
        %s::bigint[], %s::timestamptz[], %s::bigint[], %s::timestamptz[],
        %s::timestamptz[], %s::boolean[]
    ) r
    ON CONFLICT (session_id) DO UPDATE SET
        calculated_at = excluded.calculated_at,
        facts_read = excluded.facts_read,
        inputs_changed_at = excluded.inputs_changed_at,
        roster_changed_at = excluded.roster_changed_at,
        nobody_seen = excluded.nobody_seen,
        failures = 0, retry_at = NULL, error = ''
"""

_QUICK = f"now() + interval '{QUICK_RETRY.total_seconds()} s'"
_SLOW = f"now() + interval '{SLOW_RETRY.total_seconds()} s'"
_NOTE_FAILURE = f"""
    INSERT INTO attendance_sessioncalculation AS k (
        session_id, facts_read, nobody_seen, failures, retry_at, error
    )
    VALUES (%(session)s, 0, false, 1, {_QUICK}, %(error)s)
    ON CONFLICT (session_id) DO UPDATE SET
        failures = least(k.failures + 1, 1000),
        retry_at = CASE WHEN k.failures < {QUICK_RETRIES}
            THEN {_QUICK} ELSE {_SLOW} END,
        error = excluded.error
"""


def _write_calculations(
    sessions: Iterable[SessionInputs], seen: dict[int, str | None]
) -> None:
    rows = [
        (
            session.session_id,
            session.began_at,
            session.facts,
            session.inputs_changed_at,
            session.roster_changed_at,
            seen.get(session.session_id) is None,
        )
        for session in sessions
    ]
    with connection.cursor() as cursor:
        cursor.execute(
            _WRITE_CALCULATIONS, [list(column) for column in zip(*rows, strict=True)]
        )


def _note_failure(session_id: int, error: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            _NOTE_FAILURE,
            {
                "session": session_id,
                "error": error,
            },
        )
