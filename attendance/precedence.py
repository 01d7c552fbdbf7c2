"""Who wins: the one place where decisions of different sources are ranked.

Pure; the rows it speaks of are locked by whoever asks (docs/architecture.md).
"""

from attendance.calculation import Status

ADMIN_OVERRIDE = "admin_override"
CHECK_IN = "check_in"
LIVEKIT_AUTO = "livekit_auto"
WHITEBOARD_AUTO = "whiteboard_auto"
SELF_REPORTED = "self_reported"
SYSTEM_DEFAULT = "system_default"
MANUAL = "manual"
PARENT_REPORTED = "parent_reported"

# Lowest first. What an entitled person marked or applied stands between a check-in and
# an override, whichever source it names.
_MACHINES = (SYSTEM_DEFAULT, SELF_REPORTED, WHITEBOARD_AUTO, LIVEKIT_AUTO)
_RANKS = {source: rank for rank, source in enumerate(_MACHINES, start=1)} | {
    CHECK_IN: 5,
    MANUAL: 6,
    PARENT_REPORTED: 6,
    ADMIN_OVERRIDE: 7,
}
_MARKED = 6


def rank(source: str | None, *, marked: bool) -> int:
    """Return how much a decision weighs; no decision weighs 0.

    Args:
        source: One of the sources of a decision, or None before any.
        marked: A person marked, checked in or applied it (``marked_by`` is set).

    Raises:
        KeyError: the source is not known.
    """
    if source is None:
        return 0
    return _MARKED if marked and is_automatic(source) else _RANKS[source]


def calculation_replaces(source: str | None, computed: str, *, marked: bool) -> bool:
    """Return whether a calculation by ``computed`` replaces a decision.

    Of the same rank the later wins. What an earlier calculation decided, from whichever
    source, is no evidence of its own: a new one always replaces it.
    """
    if is_automatic(source) and not marked:
        return True
    return rank(computed, marked=False) >= rank(source, marked=marked)


def is_automatic(source: str | None) -> bool:
    """Return whether a calculation gave the decision."""
    return source in {LIVEKIT_AUTO, WHITEBOARD_AUTO}


__all__ = ["Status", "calculation_replaces", "is_automatic", "rank"]
