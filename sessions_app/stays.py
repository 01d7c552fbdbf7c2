"""What a connection amounts to when it is read: a stay, a failed attempt, no person.

:data:`ROOM_STAYS` is the SQL of it, for connections to rooms that reach into the
windows of sessions; upper apps read it with that of other sources (``sources.py``).
Facts find their sessions here: by room and time.

Source: docs/rules.md 14, 15, 16, 17, 18, 19, 20.
"""

from datetime import timedelta

# A client that never got through is given up by LiveKit after a minute.
LONGEST_ATTEMPT = timedelta(seconds=61)
_LONGEST_ATTEMPT = f"interval '{LONGEST_ATTEMPT.total_seconds()} s'"

# A start of the same room (its server had crashed) is told from the connection's own
# start, which may be dated after the first join, by coming this much later.
OWN_START = timedelta(seconds=2)

# A connection that neither a fact nor the finish of its room has ended reaches no
# session that begins longer after it: else one lost leave, and the next lesson's lost
# webhooks, would make a ghost present and everybody else absent.
LONGEST_OPEN = timedelta(hours=12)
_LONGEST_OPEN = f"interval '{LONGEST_OPEN.total_seconds()} s'"
_OPEN = "c.left_at IS NULL AND c.aborted_at IS NULL"

# Attempts that failed shortly before the start are told too.
EARLY_ATTEMPT = timedelta(hours=1)
_EARLY_ATTEMPT = f"interval '{EARLY_ATTEMPT.total_seconds()} s'"

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
FINISH = """
    SELECT min(f.occurred_at) FROM sessions_app_presenceevent f
    WHERE f.event = 'room_finished' AND f.room_name = c.room_name
        AND f.room_sid = c.room_sid
        AND f.occurred_at >= date_trunc('second', c.joined_at)
"""
NEXT_START = f"""
    SELECT min(f.occurred_at) FROM sessions_app_presenceevent f
    WHERE f.event = 'room_started' AND f.room_name = c.room_name
        AND f.occurred_at > c.joined_at AND f.occurred_at > c.joined_at + CASE
            WHEN f.room_sid <> c.room_sid THEN interval '0'
            ELSE interval '{OWN_START.total_seconds()} s'
        END
"""
NEXT_JOIN = f"""
    SELECT min(n.joined_at) FROM sessions_app_connection n
    WHERE n.source = c.source
        AND n.room_name = c.room_name AND n.identity = c.identity
        AND n.joined_at > c.joined_at
        AND (n.is_established OR n.aborted_at - n.joined_at > {_LONGEST_ATTEMPT})
"""

INFERRED_END = f"least(({FINISH}), ({NEXT_START}), ({NEXT_JOIN}))"

# From when on failed attempts belong to a session: an hour before its start, but not
# into the session before it in that room.
ATTEMPTS_FROM = f"""
    greatest(s.starts_at - {_EARLY_ATTEMPT}, (
        SELECT max(coalesce(p.ended_at, p.ends_at)) FROM sessions_app_livesession p
        WHERE p.room_name = s.room_name AND p.cancelled_at IS NULL
            AND coalesce(p.ended_at, p.ends_at) <= s.starts_at
    ))
"""

# One row per session and person's connection that reaches into the session's window.
# left_at: null if the connection is open and nothing in the room ended it.
# It may lie before joined_at: LiveKit dates leaves in whole seconds.
ROOM_STAYS = f"""
    SELECT
        s.id AS session_id, s.event_id, c.id AS connection_id,
        c.source, c.identity, c.name, c.kind, c.sid,
        coalesce(c.joined_at, e.ended_at) AS joined_at,
        coalesce(e.ended_at, least(e.finished_at, e.gone_at)) AS left_at,
        e.ended_at IS NULL AS is_inferred,
        {FAILED_ATTEMPT} AS is_failed_attempt
    FROM sessions_app_livesession s
    JOIN sessions_app_connection c
        ON c.room_name = s.room_name
        AND coalesce(least(c.left_at, c.aborted_at), 'infinity')
            > s.starts_at - {_EARLY_ATTEMPT}
        AND coalesce(c.joined_at, c.left_at, c.aborted_at)
            < coalesce(s.ended_at, s.ends_at)
    CROSS JOIN LATERAL (
        SELECT
            least(c.left_at, c.aborted_at) AS ended_at,
            CASE WHEN {_OPEN} THEN ({FINISH}) END AS finished_at,
            CASE WHEN {_OPEN} THEN least(({NEXT_START}), ({NEXT_JOIN})) END AS gone_at
    ) e
    WHERE {PEOPLE} AND CASE
        WHEN {FAILED_ATTEMPT}
            THEN coalesce(c.aborted_at, c.joined_at) > {ATTEMPTS_FROM}
        WHEN e.ended_at IS NULL
            THEN c.joined_at > s.starts_at - {_LONGEST_OPEN}
                OR e.finished_at > s.starts_at
        ELSE e.ended_at > s.starts_at
    END
"""
