"""Who wins: the one place where decisions of different sources are ranked.

Pure; the rows it speaks of are locked by whoever asks (``attendance/locks.py``).

Source: docs/rules.md 39, 40, 63.
"""

ADMIN_OVERRIDE = "admin_override"
CHECK_IN = "check_in"
SELF_REPORTED = "self_reported"
SYSTEM_DEFAULT = "system_default"
MANUAL = "manual"
PARENT_REPORTED = "parent_reported"

# What a calculation decides is named for the source of presence that it followed: which
# of several that is, ``calculate_person`` has decided before (docs/rules.md 26). What
# an entitled person marked or applied stands between a check-in and an override,
# whichever source it names.
_AUTOMATIC = "_auto"
_RANKS = {
    SYSTEM_DEFAULT: 1,
    SELF_REPORTED: 2,
    _AUTOMATIC: 3,
    CHECK_IN: 4,
    MANUAL: 5,
    PARENT_REPORTED: 5,
    ADMIN_OVERRIDE: 6,
}
# Only people decide by these; what a machine suggests can be applied by a person, too.
SOURCES_OF_PEOPLE = (CHECK_IN, MANUAL, ADMIN_OVERRIDE, SELF_REPORTED, PARENT_REPORTED)
_MARKED = _RANKS[MANUAL]


def rank(source: str | None, *, marked: bool) -> int:
    """Return how much a decision weighs; no decision weighs 0.

    Args:
        source: One of the sources of a decision, or None before any.
        marked: A person decided, also one who is forgotten (``Attendance.is_marked``).

    Raises:
        KeyError: the source is not known.
    """
    if source is None:
        return 0
    if is_automatic(source):
        return _MARKED if marked else _RANKS[_AUTOMATIC]
    return _RANKS[source]


def calculation_replaces(source: str | None, computed: str, *, marked: bool) -> bool:
    """Return whether a calculation by ``computed`` replaces a decision.

    Of the same rank the later wins. What an earlier calculation decided, from whichever
    source, is no evidence of its own: a new one always replaces it.
    """
    if is_automatic(source) and not marked:
        return True
    return rank(computed, marked=False) >= rank(source, marked=marked)


def mark_replaces(source: str | None, by: str, *, marked: bool) -> bool:
    """Return whether somebody's decision by ``by`` replaces what stands.

    Of the same rank the later wins.

    Args:
        source: The source of the decision that stands, or None before any.
        by: The source of the new decision, which a person makes.
        marked: A person made the decision that stands.
    """
    return rank(by, marked=True) >= rank(source, marked=marked)


def derivation_replaces(source: str | None, *, marked: bool, derived: bool) -> bool:
    """Return whether what follows from the sessions replaces a decision on the event.

    Only a mark or a check-in made about the event itself outranks it.
    """
    return derived or rank(source, marked=marked) < _RANKS[CHECK_IN]


def automatic(presence_source: str) -> str:
    """Return the source of decisions that follow a source of presence."""
    return presence_source + _AUTOMATIC


def is_automatic(source: str | None) -> bool:
    """Return whether a calculation gave the decision."""
    return source is not None and source.endswith(_AUTOMATIC)


def is_by_a_person(source: str | None, *, marked: bool) -> bool:
    """Return whether an entitled person marked, applied or overrode the decision."""
    return rank(source, marked=marked) >= _MARKED
