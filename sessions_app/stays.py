"""Reading connections: which are stays, which failed attempts, which not people.

:data:`ROOM_STAYS` is the SQL for connections to rooms that reach into the windows of
sessions; the apps above use it through ``sources.stays``. Here connections are matched
to sessions, by room and time.

Source: docs/rules.md 14, 15, 16, 17, 18, 19, 20.
"""

from datetime import timedelta

# LiveKit gives up a client that never got through after a minute.
LONGEST_ATTEMPT = timedelta(seconds=61)
_LONGEST_ATTEMPT = f"interval '{LONGEST_ATTEMPT.total_seconds()} s'"

# The start of the connection's own room may be dated up to this long after its join. A
# later start of the same room means that its server had crashed.
OWN_START = timedelta(seconds=2)

# A connection without an end, whose room did not finish either, reaches no session that
# begins later than this after its join. Otherwise, if one leave and then all webhooks
# of the next session are lost, the next report would have one ghost who is present and
# everybody else absent.
LONGEST_OPEN = timedelta(hours=12)
_LONGEST_OPEN = f"interval '{LONGEST_OPEN.total_seconds()} s'"
_OPEN = "c.left_at IS NULL AND c.aborted_at IS NULL"

# Attempts that failed at most this long before the start belong to the session too.
EARLY_ATTEMPT = timedelta(hours=1)
_EARLY_ATTEMPT = f"interval '{EARLY_ATTEMPT.total_seconds()} s'"

PEOPLE = """
    coalesce(c.kind, 'STANDARD') NOT IN ('AGENT', 'EGRESS', 'INGRESS') AND c.is_plain
"""

# A connection with only an abort, within a minute of its join or of unknown length.
FAILED_ATTEMPT = f"""
    NOT c.is_established
    AND coalesce(c.aborted_at - c.joined_at <= {_LONGEST_ATTEMPT}, true)
"""

# A connection without an end of its own ends at the first of: its room's finish, the
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

# Failed attempts belong to a session from an hour before its start, or from the end of
# the session before it in that room, if that is later.
ATTEMPTS_FROM = f"""
    greatest(s.starts_at - {_EARLY_ATTEMPT}, (
        SELECT max(coalesce(p.ended_at, p.ends_at)) FROM sessions_app_livesession p
        WHERE p.room_name = s.room_name AND p.cancelled_at IS NULL
            AND coalesce(p.ended_at, p.ends_at) <= s.starts_at
    ))
"""

# One row for each session and each person's connection that reaches into its window.
# left_at is null if the connection is open and nothing in the room ended it. It may be
# before joined_at, because LiveKit dates leaves in whole seconds.
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
