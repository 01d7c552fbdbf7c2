"""The locks of sessions; ``attendance/locks.py`` tells in which order all are taken."""

from django.db import connection

from sessions_app.models import LiveSession


def lock_session(session_id: int) -> LiveSession:
    """Lock a session's row and return it, with its event and organization.

    Raises:
        LiveSession.DoesNotExist: there is none.
    """
    return (
        LiveSession.objects.select_for_update(of=("self",), no_key=True)
        .select_related("event__organization")
        .get(pk=session_id)
    )


def lock_room(room_name: str) -> None:
    """Let two who take a room take it one after the other.

    Else each could wait for the other's entry of the exclusion constraint.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"room {room_name}"],
        )
