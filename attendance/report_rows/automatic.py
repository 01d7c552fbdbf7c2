"""Whether a session is calculated without being asked.

Source: docs/rules.md 34, 120.
"""

from datetime import datetime

from attendance.models import SessionCalculation
from sessions_app.models import LiveSession
from sessions_app.rests import RESTS_AFTER


def is_calculated_by_itself(
    session: LiveSession, calculation: SessionCalculation | None, *, now: datetime
) -> bool:
    """Return whether news of a session is calculated without somebody asking.

    That of sessions which ended long ago is not, unless it is about whether they were
    held (``evidence/due.py``).
    """
    has_other_proof = calculation is not None and calculation.proof_changed
    return has_other_proof or session.end > now - RESTS_AFTER
