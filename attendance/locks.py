"""Every lock that deciding takes, and the one order in which they are taken.

1. ``events.locks.lock_links``: who an identity is, in one organization.
2. ``events.locks.lock_event``: the event's row, several by id. Whatever changes a
   roster, cancels or completes starts here, the admin too; what a link or a person's
   name changes in further events their triggers lock, by id.
3. ``sessions_app.locks.lock_session``: the session's row, several by id. Calculations
   claim theirs by ``FOR NO KEY UPDATE SKIP LOCKED`` (``evidence/due.py``), in the order
   in which they ended: what is locked they pass over, and never wait for.
   ``lock_rooms``: who takes a room at which time.
4. The decisions at a session, by participant (``decisions/locked_rows.py``).
5. ``lock_event_results``: what sessions say about their events, events by id; then the
   decisions about events.
6. ``lock_heads``: the organizations' logs and ledgers, by id.

Nobody may need them all, but everybody takes those they need in this order, so two who
decide at once wait for each other and never in a circle. All last until the transaction
ends; none is of a database session, so PgBouncer in transaction mode may stand between.

Source: docs/rules.md 42.
"""

from collections.abc import Iterable

from django.db import connection

# The first of the two numbers of an advisory lock says of what it is.
_EVENT_RESULTS = 0xE7E1
_HEADS = 0x5EA1
_LOCK = "SELECT pg_advisory_xact_lock(%s, i::int) FROM unnest(%s::bigint[]) i"


def lock_event_results(events: Iterable[int]) -> None:
    """Keep others from deriving decisions about these events."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [_EVENT_RESULTS, sorted(set(events))])


def lock_heads(organizations: Iterable[int]) -> None:
    """Let nobody else add to these organizations' logs and ledgers.

    Taken last: two transactions never follow the same link of a chain.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [_HEADS, sorted(set(organizations))])
