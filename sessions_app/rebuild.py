"""Rebuilding LiveKit's connections from the facts, to check or repair them.

The facts are read again and folded by the same statement as when they were received,
but into rows of a source of their own (``REBUILT_SOURCE``), which no other transaction
sees. Connections that differ from these rows are overwritten.
"""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from django.db import connection, transaction

from core.operations import logged
from sessions_app.facts import Fact
from sessions_app.folding import fold
from sessions_app.livekit import read_fact
from sessions_app.models import Connection, PresenceEvent
from sessions_app.payload import Payload
from sessions_app.sources import LIVEKIT

logger = logging.getLogger(__name__)

REBUILT_SOURCE = "rebuild"
CONNECTIONS_AT_ONCE = 500

# Marks of a connection without facts, and of one that was not there.
UNFOUNDED, MISSING = "unfounded", "missing"

# Columns that come from facts; `inferred_left_at` does not (reconciliation.py).
_FOLDED = [
    field.column
    for field in Connection._meta.concrete_fields
    if field.name not in {"id", "source", "sid", "inferred_left_at"}
]

_COMPARE = f"""
    SELECT sid, CASE
        WHEN anew.id IS NULL THEN ARRAY['{UNFOUNDED}']
        WHEN kept.id IS NULL THEN ARRAY['{MISSING}']
        ELSE array_remove(ARRAY[{
    ", ".join(
        f"CASE WHEN kept.{name} IS DISTINCT FROM anew.{name} THEN '{name}' END"
        for name in _FOLDED
    )
}], NULL)
    END
    FROM (
        SELECT * FROM sessions_app_connection
        WHERE source = '{LIVEKIT}' AND sid = ANY(%(sids)s)
    ) kept
    FULL JOIN (
        SELECT * FROM sessions_app_connection
        WHERE source = '{REBUILT_SOURCE}' AND sid = ANY(%(sids)s)
    ) anew USING (sid)
    ORDER BY sid
"""

_OVERWRITE = f"""
    UPDATE sessions_app_connection kept
    SET {", ".join(f"{name} = anew.{name}" for name in _FOLDED)}
    FROM sessions_app_connection anew
    WHERE kept.source = '{LIVEKIT}' AND kept.sid = ANY(%(sids)s)
        AND anew.source = '{REBUILT_SOURCE}' AND anew.sid = kept.sid
"""


@dataclass(slots=True)
class Rebuilt:
    """The result of a rebuild.

    Attributes:
        connections: The number of connections that were compared.
        differing: By SID, the columns that differed, or ``UNFOUNDED`` or ``MISSING``.
    """

    connections: int = 0
    differing: dict[str, list[str]] = field(default_factory=dict)


def rebuild_connections(*, room_name: str | None = None) -> Rebuilt:
    """Rebuild LiveKit's connections in groups, each group in one transaction.

    Facts that arrive meanwhile are not lost: they wait for the locked rows and are
    folded into the result.

    Args:
        room_name: Rebuild only the connections of this room; None: all.
    """
    rebuilt = Rebuilt()
    with logged(logger, "rebuild_connections", "Connections are rebuilt.") as fields:
        sids = _sids(room_name)
        for start in range(0, len(sids), CONNECTIONS_AT_ONCE):
            _rebuild(sids[start : start + CONNECTIONS_AT_ONCE], rebuilt)
        fields["connections"] = rebuilt.connections
        fields["differing"] = len(rebuilt.differing)
    return rebuilt


def _sids(room_name: str | None) -> list[str]:
    """Return the sorted SIDs of all facts and connections, of one room or all."""
    facts = PresenceEvent.objects.filter(
        source=LIVEKIT, participant_sid__isnull=False
    ).order_by()
    stored = Connection.objects.filter(source=LIVEKIT).order_by()
    if room_name is not None:
        facts = facts.filter(room_name=room_name)
        stored = stored.filter(room_name=room_name)
    of_facts = facts.values_list("participant_sid", flat=True).distinct()
    return sorted(
        {sid for sid in of_facts if sid} | set(stored.values_list("sid", flat=True))
    )


@transaction.atomic
def _rebuild(sids: Sequence[str], rebuilt: Rebuilt) -> None:
    _lock(sids)
    facts = _read_facts(sids)
    _fold(replace(fact, source=REBUILT_SOURCE) for fact in facts)
    compared = dict(_execute(_COMPARE, sids))
    differing = {sid: columns for sid, columns in compared.items() if columns}
    _mend(differing, facts)
    Connection.objects.filter(source=REBUILT_SOURCE, sid__in=sids).delete()
    rebuilt.connections += len(compared)
    rebuilt.differing |= differing


def _lock(sids: Sequence[str]) -> None:
    rows = Connection.objects.filter(source=LIVEKIT, sid__in=sids)
    list(rows.order_by("pk").select_for_update().values_list("pk"))


def _read_facts(sids: Sequence[str]) -> list[Fact]:
    """Return the facts about connections, whose rows must be locked before."""
    stored = PresenceEvent.objects.filter(
        source=LIVEKIT,
        participant_sid__in=sids,
        event__startswith="participant_",
    ).order_by()
    return [fact for row in stored if (fact := _read_fact(row)).presence]


def _read_fact(stored: PresenceEvent) -> Fact:
    is_parsed = "unparsed" not in stored.marks
    fact = read_fact(
        Payload(stored.payload, "", is_parsed),
        key=stored.signed_by,
        body_sha256=bytes(stored.body_sha256),
    )
    return replace(fact, event_id=stored.event_id)


def _fold(facts: Iterable[Fact]) -> None:
    with connection.cursor() as cursor:
        cursor.executemany(fold(), [fact.parameters() for fact in facts])


def _execute(statement: str, sids: Sequence[str]) -> list[tuple[str, list[str]]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, {"sids": list(sids)})
        rows: list[tuple[str, list[str]]] = (
            cursor.fetchall() if cursor.description else []
        )
        return rows


def _mend(differing: dict[str, list[str]], facts: Iterable[Fact]) -> None:
    unfounded = [sid for sid, what in differing.items() if what == [UNFOUNDED]]
    Connection.objects.filter(source=LIVEKIT, sid__in=unfounded).delete()
    missing = {sid for sid, what in differing.items() if what == [MISSING]}
    # Folded, not copied: a fact that arrived just now may have created the row.
    _fold(fact for fact in facts if fact.participant_sid in missing)
    _execute(_OVERWRITE, list(differing.keys() - missing))
