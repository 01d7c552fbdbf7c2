"""Calculates sessions in bulk: claims those that are due, reads, decides, writes.

The query for due sessions is in ``evidence/due.py``, reading in
``evidence/session_evidence.py``, deciding in ``decide.py``, writing in
``write_decisions.py``.

Source: docs/rules.md 28, 33, 37, 38.
"""

import logging
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from attendance.audit.changes import Change
from attendance.calculating.decide import Seen, decide, whom_sources_saw
from attendance.calculating.write_decisions import write_decisions
from attendance.evidence.due import SESSIONS_AT_ONCE, Selection
from attendance.evidence.session_evidence import (
    SessionInputs,
    read_evidence,
    read_roster,
    read_sessions,
)
from attendance.models import SessionCalculation
from core.error_text import error_text
from core.errors import Conflict
from core.operations import logged
from core.times import day_and_time
from events.accounts.clocks import zone_of
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
        if selection.session_id is None:
            of_old = replace(selection, with_changed_proof=True)
            _calculate_selected(of_old, outcome, dry_run=dry_run)
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
    _must_be_over(session, now)
    selection = Selection(now=now, session_id=session.pk, force=force)
    return calculate_sessions(selection, dry_run=dry_run)


def _must_be_over(session: LiveSession, now: datetime) -> None:
    if session.cancelled_at:
        raise Conflict("session_cancelled", _("The session is cancelled."))
    if session.end > now:
        raise Conflict(
            "session_running",
            _("The session has not ended. It can be calculated from %(end)s.")
            % {"end": day_and_time(session.end, zone_of(session.event))},
            ends_at=session.end,
        )


@transaction.atomic
def say_held(
    session: LiveSession, *, actor: User, now: datetime
) -> list[Change] | None:
    """Note that a calculated session was held, although nothing proves it.

    Attendees who are expected and of whom nothing is known become absent by default;
    later facts and marks win over that.

    Returns:
        The changes; None if something proves already that it was held.

    Raises:
        Conflict: The session is cancelled, or has not ended.
    """
    _must_be_over(lock_session(session.pk), now)
    calculation = SessionCalculation.objects.filter(
        session=session, calculated_at__isnull=False, proved=False
    )
    if not calculation.update(said_held_at=now, said_held_by=actor):
        return None
    _results, changes = _calculate([session.pk], actor_id=actor.pk)
    return changes


@transaction.atomic
def take_back_held(
    session: LiveSession, *, actor: User, now: datetime
) -> list[Change] | None:
    """Take back that an organizer said that a session was held.

    Returns:
        The changes; None if nobody had said so.

    Raises:
        Conflict: The session is cancelled, or has not ended.
    """
    _must_be_over(lock_session(session.pk), now)
    calculation = SessionCalculation.objects.filter(
        session=session, said_held_at__isnull=False
    )
    if not calculation.update(said_held_at=None, said_held_by=None):
        return None
    _results, changes = _calculate([session.pk], actor_id=actor.pk)
    return changes


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
            calculated, _changes = _calculate(sessions)
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


def _calculate(
    sessions: list[int], *, actor_id: int | None = None
) -> tuple[dict[int, SessionResult], list[Change]]:
    inputs = {session.session_id: session for session in read_sessions(sessions)}
    evidence = read_evidence(sessions)
    seen = {
        session_id: whom_sources_saw(session, evidence.get(session_id))
        for session_id, session in inputs.items()
    }
    outcomes = {session: SessionResult() for session in sessions}
    decided = list(decide(inputs, evidence, seen, read_roster(sessions)))
    for decision in decided:
        outcomes[decision.inputs.session_id].statuses[decision.after.status] += 1
    # Before the decisions: deriving course results reads what was proved.
    _write_calculations(inputs.values(), seen)
    newly_known = {
        session_id
        for session_id, session in inputs.items()
        if session.was_proved != session.is_proved(seen[session_id].people)
    }
    changes = write_decisions(decided, newly_known=newly_known, actor_id=actor_id)
    for change in changes:
        outcomes[change.session_id or 0].changed += 1
    return outcomes, changes


# --- Writing the state of the calculation -------------------------------------------

_WRITE_CALCULATIONS = """
    INSERT INTO attendance_sessioncalculation AS k (
        session_id, calculated_at, facts_read, inputs_changed_at, roster_changed_at,
        people_seen, proved, proof_changed, failures, retry_at, error
    )
    SELECT r.*, false, 0, NULL, '' FROM unnest(
        %s::bigint[], %s::timestamptz[], %s::bigint[], %s::timestamptz[],
        %s::timestamptz[], %s::int[], %s::boolean[]
    ) r
    ON CONFLICT (session_id) DO UPDATE SET
        calculated_at = excluded.calculated_at,
        facts_read = excluded.facts_read,
        inputs_changed_at = excluded.inputs_changed_at,
        roster_changed_at = excluded.roster_changed_at,
        people_seen = excluded.people_seen,
        proved = excluded.proved,
        proof_changed = false,
        failures = 0, retry_at = NULL, error = ''
"""

_QUICK = f"now() + interval '{QUICK_RETRY.total_seconds()} s'"
_SLOW = f"now() + interval '{SLOW_RETRY.total_seconds()} s'"
_NOTE_FAILURE = f"""
    INSERT INTO attendance_sessioncalculation AS k (
        session_id, facts_read, proved, proof_changed, failures, retry_at, error
    )
    VALUES (%(session)s, 0, false, false, 1, {_QUICK}, %(error)s)
    ON CONFLICT (session_id) DO UPDATE SET
        failures = least(k.failures + 1, 1000),
        retry_at = CASE WHEN k.failures < {QUICK_RETRIES}
            THEN {_QUICK} ELSE {_SLOW} END,
        error = excluded.error
"""


def _write_calculations(
    sessions: Iterable[SessionInputs], seen: Mapping[int, Seen]
) -> None:
    rows = [
        (
            session.session_id,
            session.began_at,
            session.facts,
            session.inputs_changed_at,
            session.roster_changed_at,
            seen[session.session_id].people,
            session.is_proved(seen[session.session_id].people),
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
