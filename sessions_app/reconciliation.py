"""Estimating the end of connections whose leave will never be received.

A crashed server sends no leaves. ``inferred_left_at`` ends such a connection in lists
of connections (REST, admin). Calculation, reports and rebuild ignore it, so that no
result depends on when this ran; a real end takes precedence.

Source: docs/rules.md 21.
"""

import logging
from datetime import datetime, timedelta

from django.db import connection

from core.operations import logged
from sessions_app.sources import LIVEKIT
from sessions_app.stays import INFERRED_END

logger = logging.getLogger(__name__)

# Counted from the end of the last session that a connection can reach.
AFTER_SESSION = timedelta(hours=1)
# Counted from its join, if there is no such session.
WITHOUT_SESSION = timedelta(days=1)

_AFTER_SESSION = f"interval '{AFTER_SESSION.total_seconds()} s'"
_WITHOUT_SESSION = f"interval '{WITHOUT_SESSION.total_seconds()} s'"

# A connection reaches the first session of its room that ends after its join and begins
# within a day of it, and from each session the next one, if that begins within an hour.
# It reaches no session that begins after its room has finished or started again, or
# after the same identity has joined again (`gone_at`). It is taken as left an hour
# after the first session that is followed by such a gap.
_INFER = f"""
    WITH open AS MATERIALIZED (
        SELECT c.id, c.room_name, c.joined_at,
            least(c.joined_at + {_WITHOUT_SESSION}, {INFERRED_END}) AS gone_at
        FROM sessions_app_connection c
        WHERE c.source = '{LIVEKIT}' AND c.left_at IS NULL
            AND c.aborted_at IS NULL AND c.inferred_left_at IS NULL
            AND c.joined_at IS NOT NULL
    ),
    session AS (
        SELECT room_name, starts_at, coalesce(ended_at, ends_at) AS ended_at,
            lead(starts_at) OVER (
                PARTITION BY room_name ORDER BY starts_at
            ) AS next_starts_at
        FROM sessions_app_livesession
        WHERE cancelled_at IS NULL AND room_name IN (SELECT room_name FROM open)
            AND coalesce(ended_at, ends_at) > (SELECT min(joined_at) FROM open)
    ),
    inferred AS (
        SELECT open.id, coalesce(
            min(s.ended_at) + {_AFTER_SESSION}, open.joined_at + {_WITHOUT_SESSION}
        ) AS left_at
        FROM open
        LEFT JOIN session s ON s.room_name = open.room_name
            AND s.ended_at > open.joined_at AND s.starts_at < open.gone_at
            AND (
                s.next_starts_at > s.ended_at + {_AFTER_SESSION}
                OR s.next_starts_at >= open.gone_at
                OR s.next_starts_at IS NULL
            )
        GROUP BY open.id, open.joined_at
    ),
    gone AS (
        SELECT c.id, inferred.left_at
        FROM sessions_app_connection c JOIN inferred USING (id)
        WHERE inferred.left_at <= %(now)s
            AND c.left_at IS NULL AND c.aborted_at IS NULL
        ORDER BY c.id
        FOR NO KEY UPDATE OF c SKIP LOCKED
    )
    UPDATE sessions_app_connection c SET inferred_left_at = gone.left_at
    FROM gone WHERE c.id = gone.id
"""


def reconcile_connections(*, now: datetime) -> int:
    """Set ``inferred_left_at`` of connections that no fact will end.

    Returns:
        The number of connections that were changed.
    """
    with (
        logged(
            logger, "reconcile_connections", "Connections are reconciled."
        ) as fields,
        connection.cursor() as cursor,
    ):
        cursor.execute(_INFER, {"now": now})
        fields["taken_as_left"] = number = int(cursor.rowcount)
    return number
