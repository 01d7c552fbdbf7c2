"""The locks of sessions; ``attendance/locks.py`` has the order of all locks."""

from django.db import connection

from sessions_app.models import LiveSession


def lock_session(session_id: int) -> LiveSession:
    """Lock a session's row and return it, with its event and organization.

    Raises:
        LiveSession.DoesNotExist: there is no session with this id.
    """
    return (
        LiveSession.objects.select_for_update(of=("self",), no_key=True)
        .select_related("event__organization")
        .get(pk=session_id)
    )


def lock_rooms(session: LiveSession) -> None:
    """Lock the session's new room and the one before, in the order of their names.

    Without it, two transactions that take a room could deadlock in the exclusion
    constraint.
    """
    before = LiveSession.objects.filter(pk=session.pk).values_list(
        "room_name", flat=True
    )
    with connection.cursor() as cursor:
        for room_name in sorted({session.room_name, *before}):
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
                [f"room {room_name}"],
            )
