"""What a connection amounts to when it is read: a stay, a failed attempt, no person.

:data:`STAYS` is the SQL of it, for connections that reach into the windows of sessions;
upper apps read it as a subquery. Facts find their sessions here: by room and time.

Source: docs/architecture.md, "Reading connections".
"""

from datetime import timedelta

# A client that never got through is given up by LiveKit after a minute.
LONGEST_ATTEMPT = timedelta(seconds=61)
_LONGEST_ATTEMPT = f"interval '{LONGEST_ATTEMPT.total_seconds()} s'"

# A start of the same room (its server had crashed) is told from the connection's own
# start, which may be dated after the first join, by coming this much later.
OWN_START = timedelta(seconds=2)

# A connection that neither a fact nor anything in its room has ended reaches no session
# that begins longer after it: else one lost leave, and the next lesson's lost webhooks,
# would make a ghost present and everybody else absent.
LONGEST_OPEN = timedelta(hours=12)

# Attempts that failed shortly before the start are told too.
EARLY_ATTEMPT = timedelta(hours=1)

PEOPLE = """
    coalesce(c.kind, 'STANDARD') NOT IN ('AGENT', 'EGRESS', 'INGRESS') AND c.is_plain
"""

# An abort alone, within a minute of its join or of unknown length, is no presence.
FAILED_ATTEMPT = f"""
    NOT c.is_established
    AND coalesce(c.aborted_at - c.joined_at <= {_LONGEST_ATTEMPT}, true)
"""

# Where a connection that no fact ended ends: at the first of its room's finish, the
# next start of a room of that name, the next join of the same identity there.
INFERRED_END = f"""
    least(
        (
            SELECT min(f.occurred_at) FROM sessions_app_presenceevent f
            WHERE f.event = 'room_finished' AND f.room_name = c.room_name
                AND f.room_sid = c.room_sid
                AND f.occurred_at >= date_trunc('second', c.joined_at)
        ),
        (
            SELECT min(f.occurred_at) FROM sessions_app_presenceevent f
            WHERE f.event = 'room_started' AND f.room_name = c.room_name
                AND f.occurred_at > c.joined_at + CASE
                    WHEN f.room_sid <> c.room_sid THEN interval '0'
                    ELSE interval '{OWN_START.total_seconds()} s'
                END
        ),
        (
            SELECT min(n.joined_at) FROM sessions_app_connection n
            WHERE n.source = c.source
                AND n.room_name = c.room_name AND n.identity = c.identity
                AND n.joined_at > c.joined_at
                AND (n.is_established
                    OR n.aborted_at - n.joined_at > {_LONGEST_ATTEMPT})
        )
    )
"""

# One row per session and person's connection that reaches into the session's window.
# left_at: null if the connection is open and nothing in the room ended it.
# It may lie before joined_at: LiveKit dates leaves in whole seconds.
STAYS = f"""
    SELECT
        s.id AS session_id, s.event_id, c.id AS connection_id,
        c.source, c.identity, c.name, c.kind, c.sid,
        coalesce(c.joined_at, e.ended_at) AS joined_at,
        coalesce(e.ended_at, e.inferred_at) AS left_at,
        e.ended_at IS NULL AS is_inferred,
        {FAILED_ATTEMPT} AS is_failed_attempt
    FROM sessions_app_livesession s
    JOIN sessions_app_connection c
        ON c.room_name = s.room_name
        AND coalesce(least(c.left_at, c.aborted_at), 'infinity')
            > s.starts_at - interval '{EARLY_ATTEMPT.total_seconds()} s'
        AND coalesce(c.joined_at, c.left_at, c.aborted_at)
            < coalesce(s.ended_at, s.ends_at)
    CROSS JOIN LATERAL (
        SELECT
            least(c.left_at, c.aborted_at) AS ended_at,
            CASE WHEN c.left_at IS NULL AND c.aborted_at IS NULL
                THEN {INFERRED_END}
            END AS inferred_at
    ) e
    WHERE {PEOPLE} AND CASE
        WHEN {FAILED_ATTEMPT} THEN true
        WHEN e.ended_at IS NULL
            THEN c.joined_at > s.starts_at - interval '{LONGEST_OPEN.total_seconds()} s'
        ELSE e.ended_at > s.starts_at
    END
"""
