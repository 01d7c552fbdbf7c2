"""The precedence of decisions: which of two sources wins.

Pure. Callers lock the rows concerned before they ask (``attendance/locks.py``).

Source: docs/rules.md 39, 40, 63.
"""

ADMIN_OVERRIDE = "admin_override"
CHECK_IN = "check_in"
SELF_REPORTED = "self_reported"
SYSTEM_DEFAULT = "system_default"
MANUAL = "manual"
PARENT_REPORTED = "parent_reported"

# The source of a calculated decision is the source of presence that it follows, with
# this suffix; which of several that is, ``calculate_person`` decides (docs/rules.md
# 26). Once a person has applied such a decision, it ranks like one made by hand.
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
# Sources that only people use. A decision of a person may have an automatic source too:
# they applied what a calculation had found.
SOURCES_OF_PEOPLE = (CHECK_IN, MANUAL, ADMIN_OVERRIDE, SELF_REPORTED, PARENT_REPORTED)
_MARKED = _RANKS[MANUAL]


def rank(source: str | None, *, marked: bool) -> int:
    """Return the rank of a decision; higher ranks win, and no decision has rank 0.

    Args:
        source: The source of the decision, or None before any.
        marked: A person decided, even if their account has since been erased
            (``Attendance.is_marked``).

    Raises:
        KeyError: the source is not known.
    """
    if source is None:
        return 0
    if is_automatic(source):
        return _MARKED if marked else _RANKS[_AUTOMATIC]
    return _RANKS[source]


def calculation_replaces(source: str | None, computed: str, *, marked: bool) -> bool:
    """Return whether a calculation replaces the decision that stands.

    Of two decisions of the same rank the later wins. A new calculation always replaces
    the decision of an earlier one, whatever the source of either.

    Args:
        source: The source of the decision that stands, or None before any.
        computed: The source of the calculation.
        marked: A person made the decision that stands.
    """
    if is_automatic(source) and not marked:
        return True
    return rank(computed, marked=False) >= rank(source, marked=marked)


def mark_replaces(source: str | None, by: str, *, marked: bool) -> bool:
    """Return whether a person's decision replaces the decision that stands.

    Of two decisions of the same rank the later wins.

    Args:
        source: The source of the decision that stands, or None before any.
        by: The source of the person's decision.
        marked: A person made the decision that stands.
    """
    return rank(by, marked=True) >= rank(source, marked=marked)


def answer_replaces(source: str | None, *, marked: bool, derived: bool) -> bool:
    """Return whether somebody's own answer replaces the decision that stands.

    Of two answers the later wins. Of course results that follow from sessions it
    replaces only those of which nobody knows anything but by default.

    Args:
        source: The source of the decision that stands, or None before any.
        marked: A person made the decision that stands.
        derived: It is a course result that follows from the sessions.
    """
    if derived:
        return source in (SYSTEM_DEFAULT, SELF_REPORTED)
    return mark_replaces(source, SELF_REPORTED, marked=marked)


def derivation_replaces(source: str | None, *, marked: bool, derived: bool) -> bool:
    """Return whether a result derived from the sessions replaces a course result.

    Only a mark or a check-in that concerns the event itself outranks it; and an own
    answer, if :func:`answer_replaces` says so of the new result.

    Args:
        source: The source of the course result that stands, or None before any.
        marked: A person decided that course result.
        derived: It was itself derived from the sessions.
    """
    return derived or rank(source, marked=marked) < _RANKS[CHECK_IN]


def automatic(presence_source: str) -> str:
    """Return the decision source of calculations that follow a source of presence."""
    return presence_source + _AUTOMATIC


def is_automatic(source: str | None) -> bool:
    """Return whether a decision with this source came from a calculation."""
    return source is not None and source.endswith(_AUTOMATIC)


def is_by_a_person(source: str | None, *, marked: bool) -> bool:
    """Return whether an entitled person marked, applied or locked the decision."""
    return rank(source, marked=marked) >= _MARKED
