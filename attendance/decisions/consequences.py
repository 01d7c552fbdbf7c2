"""The consequences of written session decisions: course results, log, seal and points.

Every path that writes decisions about sessions ends here, in its transaction.

Source: docs/rules.md 63, 65, 69.
"""

from collections.abc import Collection, Mapping, Sequence

from django.db import connection

from attendance.audit.changes import Change, record_changes
from attendance.decisions.event_decisions import derive_event_decisions
from attendance.evidence.proof import note_changed_mode, note_changed_proof
from attendance.locks import lock_event_results
from attendance.models import SessionCalculation
from attendance.points.ledger import balance_event
from events.models import Event
from sessions_app.models import LiveSession

_WITH_COURSE_RESULTS = """
    SELECT e.id FROM events_event e
    WHERE e.id = ANY(%s) AND (
        e.state = 'completed' OR EXISTS (
            SELECT FROM attendance_attendance a
            WHERE a.event_id = e.id AND a.session_id IS NULL AND a.derived
        )
    )
"""


def follow_sessions(sender: object, event: Event, **kwargs: object) -> None:
    """Derive course results and balance points after sessions of an event changed.

    A receiver of ``sessions_changed``, in the transaction that changed the sessions.
    """
    people = event.participants.in_reports().order_by("pk")
    everybody = list(people.values_list("pk", flat=True))
    derive_and_log([], {event.pk: everybody})
    balance_event(event.pk, event.organization_id)


def follow_roster(
    sender: object, event: Event, participants: Sequence[int], **kwargs: object
) -> None:
    """Derive course results after places on a roster, or their enrolment, changed.

    A receiver of ``roster_changed``, in the transaction that changed them.
    """
    derive_and_log([], {event.pk: participants})


def follow_session(
    sender: object, session: LiveSession, changed: Collection[str], **kwargs: object
) -> None:
    """Note that another mode decides otherwise; forget what was said of an old time.

    A receiver of ``session_changed``, in the transaction that changed it.
    """
    if "starts_at" in changed:
        SessionCalculation.objects.filter(
            session=session, said_held_at__lt=session.starts_at
        ).update(said_held_at=None, said_held_by=None)
        note_changed_proof(session.pk)
    if "mode" in changed:
        note_changed_mode(session.pk)


def derive_and_log(
    changes: Sequence[Change],
    touched: Mapping[int, Sequence[int]],
    *,
    actor_id: int | None = None,
) -> list[Change]:
    """Derive course results anew, and write all changes into the log.

    Args:
        changes: Changes of session decisions, whose rows are already written.
        touched: By event id, the participants whose session decisions, or the
            calculated results in them, were written.
        actor_id: The user who decided; None if no person did.

    Returns:
        The given changes, followed by those of course results.
    """
    if not touched:
        return []
    lock_event_results(touched)
    with connection.cursor() as cursor:
        cursor.execute(_WITH_COURSE_RESULTS, [list(touched)])
        events = [event for (event,) in cursor.fetchall()]
    people = [person for event in events for person in touched[event]]
    derived = derive_event_decisions(people) if people else []
    record_changes([*changes, *derived], actor_id=actor_id)
    return [*changes, *derived]
