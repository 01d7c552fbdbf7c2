"""What keeps sessions, and events with sessions, from being deleted.

Source: docs/rules.md 101.
"""

from collections.abc import Iterable
from typing import Any

from django.db import connection

from events.removal import Hanging, begin_removal, hangs_on
from sessions_app.models import LiveSession

# Any fact or connection of the room in the window, also of machines. A cancelled
# session has no claim to its room, where another one may have been held.
_WERE_USED = """
    SELECT s.id FROM sessions_app_livesession s,
        LATERAL (SELECT tstzrange(s.starts_at, coalesce(s.ended_at, s.ends_at)) AS time)
    WHERE s.id = ANY(%s) AND s.cancelled_at IS NULL AND (
        EXISTS (
            SELECT FROM sessions_app_connection c
            WHERE c.room_name = s.room_name
                AND coalesce(least(c.left_at, c.aborted_at), 'infinity') > s.starts_at
                AND tstzrange(
                    least(c.joined_at, c.left_at, c.aborted_at),
                    coalesce(c.left_at, c.aborted_at, c.inferred_left_at), '[]'
                ) && time
        ) OR EXISTS (
            SELECT FROM sessions_app_presenceevent f
            WHERE f.room_name = s.room_name AND f.received_at >= s.starts_at
                AND time @> coalesce(f.joined_at, f.occurred_at, f.received_at)
        )
    )
"""


def lock_sessions_of(events: Iterable[int]) -> list[int]:
    """Lock all sessions of events, in the order of their ids, and return these."""
    sessions = LiveSession.objects.filter(event__in=list(events)).order_by("pk")
    locked = sessions.select_for_update(of=("self",), no_key=True)
    return list(locked.values_list("pk", flat=True))


def presence_in_rooms(ids: list[int], **kwargs: Any) -> dict[int, set[Hanging]]:
    """Return the sessions in whose rooms anything was seen while they were held."""
    with connection.cursor() as cursor:
        cursor.execute(_WERE_USED, [ids])
        return {pk: {Hanging.PRESENCE} for (pk,) in cursor.fetchall()}


def hangs_on_sessions_of(ids: list[int], **kwargs: Any) -> dict[int, set[Hanging]]:
    """Return what hangs on events because of their sessions, which are locked."""
    sessions = lock_sessions_of(ids)
    hanging = hangs_on(LiveSession, sessions)
    found: dict[int, set[Hanging]] = {}
    events = LiveSession.objects.filter(pk__in=hanging).values_list("pk", "event")
    for session, event in events:
        found.setdefault(event, set()).update(hanging[session])
    return found


def delete_sessions_of(ids: list[int], **kwargs: Any) -> None:
    """Delete the sessions of events that are to be deleted."""
    sessions = lock_sessions_of(ids)
    begin_removal(LiveSession, sessions)
    LiveSession.objects.filter(pk__in=sessions).delete()
