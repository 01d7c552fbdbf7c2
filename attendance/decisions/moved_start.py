"""Decides anew who was late by check-in, when the start of a session is moved.

Nothing is decided at a cancelled session until it is restored.

Source: docs/rules.md 48, 110.
"""

from collections.abc import Set as AbstractSet

from django.utils import timezone

from attendance.decisions.checking_in import grace_of, status_of_check_in
from attendance.decisions.consequences import derive_and_log
from attendance.decisions.locked_rows import DecisionBefore, change_of, write_rows
from attendance.decisions.place import Place
from attendance.models import Attendance
from attendance.rules.precedence import CHECK_IN
from sessions_app.models import LiveSession


def follow_start(
    sender: object, session: LiveSession, changed: AbstractSet[str], **kwargs: object
) -> None:
    """Decide present or late of all check-ins that decide at a session.

    A receiver of ``session_changed``, in the transaction that changed it.
    """
    if session.cancelled_at or not changed & {"starts_at", "cancelled_at"}:
        return
    place = Place(session.event, session)
    grace_minutes = grace_of(session)
    decisions = (
        Attendance.objects.filter(session=session, source=CHECK_IN)
        .select_for_update(of=("self",), no_key=True)
        .order_by("participant")
    )
    moved, changes = [], []
    for decision in decisions:
        if decision.checked_in_at is None:
            # Taken back and restored: nobody knows its time any more.
            continue
        before = DecisionBefore(decision.status, decision.source)
        decision.status = status_of_check_in(
            place, decision.checked_in_at, grace_minutes=grace_minutes
        )
        if decision.status != before.status:
            decision.updated_at = timezone.now()
            moved.append(decision)
            changes.append(change_of(decision, before, reason=""))
    write_rows(moved)
    people = [decision.participant_id for decision in moved]
    derive_and_log(changes, {session.event_id: people} if people else {})
