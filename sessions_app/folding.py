"""Folding facts into connections: one commutative SQL statement.

Every column of a :class:`~sessions_app.models.Connection` is a minimum or an "or" over
its facts:

- the earliest join, leave and abort;
- whether any fact is a join or a leave, and whether any is plain;
- its description (room, identity, name, kind) from the fact with the smallest
  (time, id); facts without a room or identity come last, then those without a time;
- the reason of its end from the smallest fact that ends it.

So the same facts, in any order and with any number of copies, give the same row.

Source: docs/rules.md 7; docs/architecture.md, "Folding".
"""

_DESCRIPTION = "room_name, room_sid, identity, name, kind, described_at, described_by"
_ENDING = "end_reason, ended_by_at, ended_by"


def _order_of_description(row: str) -> str:
    return f"""(
        {row}.room_name IS NULL, {row}.identity IS NULL,
        coalesce({row}.described_at, 'infinity'), {row}.described_by COLLATE "C"
    )"""


_DESCRIBED_EARLIER = (
    f"{_order_of_description('excluded')} < {_order_of_description('kept')}"
)

_ENDED_EARLIER = """
    excluded.ended_by IS NOT NULL AND (
        kept.ended_by IS NULL
        OR (coalesce(excluded.ended_by_at, 'infinity'), excluded.ended_by COLLATE "C")
        < (coalesce(kept.ended_by_at, 'infinity'), kept.ended_by COLLATE "C")
    )
"""


def _replace_if(condition: str, columns: str) -> str:
    return ", ".join(
        f"{name} = CASE WHEN {condition} THEN excluded.{name} ELSE kept.{name} END"
        for name in columns.split(", ")
    )


def fold(*, where: str = "true") -> str:
    """Return the statement that folds one fact into its connection.

    Its parameters are those of :meth:`sessions_app.facts.Fact.parameters`.

    Args:
        where: An SQL condition; if it is false, nothing is folded.
    """
    return f"""
    INSERT INTO sessions_app_connection AS kept (
        source, sid, {_DESCRIPTION}, {_ENDING},
        is_plain, is_established, joined_at, left_at, aborted_at
    )
    SELECT
        %(source)s, %(participant_sid)s, %(room_name)s, %(room_sid)s,
        %(identity)s, %(name)s, %(kind)s, %(occurred_at)s::timestamptz, %(event_id)s,
        %(end_reason)s, %(ended_by_at)s::timestamptz, %(ended_by)s,
        %(is_plain)s, %(is_established)s, %(joined_at)s::timestamptz,
        %(left_at)s::timestamptz, %(aborted_at)s::timestamptz
    WHERE {where}
    ON CONFLICT (source, sid) DO UPDATE SET
        {_replace_if(_DESCRIBED_EARLIER, _DESCRIPTION)},
        {_replace_if(_ENDED_EARLIER, _ENDING)},
        is_plain = kept.is_plain OR excluded.is_plain,
        is_established = kept.is_established OR excluded.is_established,
        joined_at = least(kept.joined_at, excluded.joined_at),
        left_at = least(kept.left_at, excluded.left_at),
        aborted_at = least(kept.aborted_at, excluded.aborted_at)
    """
