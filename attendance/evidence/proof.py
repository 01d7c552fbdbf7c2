"""Reads what proves that sessions were held, and notes that it changed.

The rule is ``rules/proof.py``.

Source: docs/rules.md 31, 33, 121.
"""

from collections.abc import Iterable

from django.db import connection

from attendance.models import Attendance, CheckInMethod, SessionCalculation
from attendance.rules.precedence import CHECK_IN, SELF_REPORTED
from attendance.rules.proof import Proof
from attendance.rules.statuses import CAME
from core.sql import sql_values


def _marked_as_come(decision: str) -> str:
    """Return the SQL condition that a person marked somebody as having come."""
    return f"""
        ({decision}.marked_at IS NOT NULL AND {decision}.status IN ({sql_values(CAME)})
        AND {decision}.source NOT IN ('{CHECK_IN}', '{SELF_REPORTED}'))
    """


# By decisions of people, about one session: one row of three numbers.
PROVED_BY_PEOPLE = f"""
    SELECT
        count(*) FILTER (
            WHERE d.checked_in_at IS NOT NULL
                AND d.check_in_method <> '{CheckInMethod.SELF}'
        ) AS by_staff,
        count(*) FILTER (
            WHERE d.check_in_method = '{CheckInMethod.SELF}'
        ) AS by_themselves,
        count(*) FILTER (WHERE {_marked_as_come("d")}) AS marked
    FROM attendance_attendance d
    WHERE d.session_id = s.id
"""

_PROOFS = f"""
    SELECT s.id, s.mode, coalesce(k.people_seen, 0),
        d.by_staff, d.by_themselves, d.marked,
        k.said_held_at IS NOT NULL, coalesce(k.proved, false)
    FROM sessions_app_livesession s
    LEFT JOIN attendance_sessioncalculation k ON k.session_id = s.id
    CROSS JOIN LATERAL ({PROVED_BY_PEOPLE}) d
    WHERE s.id = ANY(%(sessions)s)
"""

_NOTE = """
    INSERT INTO attendance_sessioncalculation AS k (
        session_id, facts_read, proved, proof_changed, failures, error
    )
    VALUES (%(session)s, 0, false, true, 0, '')
    ON CONFLICT (session_id) DO UPDATE SET proof_changed = true
"""


def _read(sessions: Iterable[int]) -> list[tuple[int, str, Proof, bool]]:
    with connection.cursor() as cursor:
        cursor.execute(_PROOFS, {"sessions": list(sessions)})
        return [
            (session, mode, Proof._make(known), proved)
            for session, mode, *known, proved in cursor.fetchall()
        ]


def read_proofs(sessions: Iterable[int]) -> dict[int, Proof]:
    """Return, by session id, what is known: decisions now, presence as calculated."""
    return {session: proof for session, _mode, proof, _proved in _read(sessions)}


def contribution(decision: Attendance) -> Proof:
    """Return what one decision, as it stands, adds to what is known."""
    is_mark = decision.is_marked and decision.source not in (CHECK_IN, SELF_REPORTED)
    by_themselves = decision.check_in_method == CheckInMethod.SELF
    return Proof(
        by_staff=int(decision.checked_in_at is not None and not by_themselves),
        by_themselves=int(by_themselves),
        marked=int(is_mark and decision.status in CAME),
    )


def note_changed_proof(session_id: int) -> None:
    """Make a session due if what is known proves something else than was calculated.

    The caller has locked the session, and written what changed.
    """
    for session, mode, proof, proved in _read([session_id]):
        if proof.proves(mode) != proved:
            with connection.cursor() as cursor:
                cursor.execute(_NOTE, {"session": session})


def note_changed_mode(session_id: int) -> None:
    """Make a session due if it was calculated under another mode, or proves otherwise.

    Whether hosts are missed depends on the mode too. The caller has locked the session.
    """
    SessionCalculation.objects.filter(
        session=session_id, calculated_at__isnull=False
    ).update(proof_changed=True)
    note_changed_proof(session_id)
