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


def lock_rooms(session: LiveSession) -> None:
    """Let two who take a room take it one after the other.

    Else each could wait for the other's entry of the exclusion constraint. Locked are
    the room that the session is given and the one that it has, by name.
    """
    held = LiveSession.objects.filter(pk=session.pk).values_list("room_name", flat=True)
    with connection.cursor() as cursor:
        for room_name in sorted({session.room_name, *held}):
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
                [f"room {room_name}"],
            )
