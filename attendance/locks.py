"""All locks that are taken when something is decided, and the order in which they are.

1. ``events.locks.lock_people``: who is who in one organization: its people, their
   places on rosters, and the links of identities.
2. ``events.locks.lock_event``: the row of an event; of several events in order of id.
   Code that cancels or completes starts here. Other events of a person that a link
   changes are locked by triggers, in order of id.
3. ``sessions_app.locks.lock_session``: the row of a session; of several in order of id.
   Calculations claim theirs by ``FOR NO KEY UPDATE SKIP LOCKED``
   (``evidence/due.py``), in the order in which they ended: they skip locked sessions,
   and never wait for them. ``lock_rooms``: the use of a room at a time.
4. The decisions at a session, in order of participant (``decisions/locked_rows.py``).
   What people say of them (contests, announced absences) is locked after their event,
   and a contest after its session too.
5. ``lock_event_results``: the deriving of course results, in order of event id; then
   the rows of the course results.
6. ``lock_heads``: the logs and ledgers of organizations, in order of id.
7. What asks people by mail: which events are looked at again (``PromptedEvent``), then
   the prompts, each in order of id. Who sends mails takes only the latter, by ``SKIP
   LOCKED`` or in order of id.

No transaction needs all of them, but each takes those it needs in this order, so that
two transactions may wait for each other, but never deadlock. All locks last until the
transaction ends; none belongs to a database session, so that PgBouncer can be used in
transaction mode.

Source: docs/rules.md 42.
"""

from collections.abc import Iterable

from django.db import connection

# The first of the two keys of an advisory lock: what kind of thing it locks.
_EVENT_RESULTS = 0xE7E1
_HEADS = 0x5EA1
_LOCK = "SELECT pg_advisory_xact_lock(%s, i::int) FROM unnest(%s::bigint[]) i"


def lock_event_results(events: Iterable[int]) -> None:
    """Lock the deriving of course results of these events."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [_EVENT_RESULTS, sorted(set(events))])


def lock_heads(organizations: Iterable[int]) -> None:
    """Lock the logs and ledgers of these organizations for writing.

    Taken last. Under it no two transactions add a link after the same one of a chain.
    """
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, [_HEADS, sorted(set(organizations))])
