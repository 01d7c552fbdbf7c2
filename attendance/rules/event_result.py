"""The course result of a person, derived from the decisions at its sessions. Pure.

Source: docs/rules.md 59, 60.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from attendance.rules.calculation import Policy
from attendance.rules.precedence import (
    MANUAL,
    SELF_REPORTED,
    SYSTEM_DEFAULT,
    is_automatic,
)
from attendance.rules.statuses import MEANINGS, Status

_OF_NOBODY_ELSE = {SELF_REPORTED, SYSTEM_DEFAULT}


class SessionDecision(NamedTuple):
    """The decision about a person at one session.

    Attributes:
        status: One of ``Status``.
        source: Who or what decided; None before any decision.
        is_marked: A person decided, or applied the result of a calculation.
        window_seconds: Length of the session.
        attended_seconds: Result of the last calculation; None before any.
    """

    status: str
    source: str | None
    is_marked: bool
    window_seconds: int
    attended_seconds: int | None

    @property
    def is_computed(self) -> bool:
        """Whether a calculation decided, and no person applied its result."""
        return is_automatic(self.source) and not self.is_marked

    @property
    def came(self) -> bool:
        """Whether somebody with this decision came, if only for a part."""
        return MEANINGS[self.status].came is True

    @property
    def counts(self) -> bool:
        """Whether the sums include this decision: excused ones are left out."""
        return MEANINGS[self.status].credited_halves is not None


class Credit(NamedTuple):
    """The sums that a course result is derived from.

    Attributes:
        sessions: Number of sessions with a decision, excused ones included.
        excused: Number of those that are excused, and left out of the seconds.
        credited_seconds: Rounded down.
        window_seconds: Length of all sessions that are counted.
        not_counted: Number of sessions without a decision.
        came: Number of counted sessions to which they came, if only for a part.
        is_measured: A calculation gave the seconds of some counted session; else all
            of them follow from what people said, or from nothing.
    """

    sessions: int
    excused: int
    credited_seconds: int
    window_seconds: int
    not_counted: int = 0
    came: int = 0
    is_measured: bool = True

    @property
    def percentage(self) -> Decimal:
        """The credited share of the counted sessions, two decimals, half up."""
        if not self.window_seconds:
            return Decimal(0)
        share = Decimal(100 * self.credited_seconds) / self.window_seconds
        return share.quantize(Decimal("0.01"), ROUND_HALF_UP)


class SoFar(NamedTuple):
    """What the sessions of an event have decided before it is completed.

    Attributes:
        statuses: Number of sessions by status, without statuses of none.
        credit: The sums that the course result would be derived from.
    """

    statuses: Mapping[str, int]
    credit: Credit


class Derived(NamedTuple):
    """A course result, and the source that it follows."""

    status: str
    source: str


def derive(
    decisions: Iterable[SessionDecision],
    policy: Policy,
    automatic_sources: Sequence[str],
) -> Derived | None:
    """Return the course result that the decisions give; None if none is known.

    With one session it is the decision at that session. With several, the credited
    seconds are compared with the sum of the windows: a calculated decision credits the
    attended seconds, a marked one all of its window (present, late), half (partial) or
    nothing (absent); excused sessions are left out of both sums. Under
    ``partial_from`` percent the result is absent, over ``present_over`` present, else
    partial.

    With several, the source is ``system_default`` if all decisions have it; else the
    highest of the calculated ones; else ``self_reported`` if nobody else but the person
    said anything; else ``manual``.

    Args:
        decisions: One for each session that is counted; unknown ones are ignored.
        policy: The thresholds of the event, or else of the organization.
        automatic_sources: The sources of calculations, the highest rank first.
    """
    known = _known(decisions)
    if not known:
        return None
    if len(known) == 1:
        [only] = known
        return Derived(only.status, only.source or MANUAL)
    source = _source(known, automatic_sources)
    counted = [decision for decision in known if decision.counts]
    if not counted:
        return Derived(Status.EXCUSED, source)
    return Derived(_status(counted, policy), source)


def credit(decisions: Iterable[SessionDecision], *, sessions: int) -> Credit:
    """Return the sums behind a course result, for the sentence that explains it.

    Args:
        decisions: As for :func:`derive`.
        sessions: Number of sessions of the event, without cancelled ones.
    """
    known = _known(decisions)
    counted = [decision for decision in known if decision.counts]
    return Credit(
        sessions=len(known),
        excused=len(known) - len(counted),
        credited_seconds=sum(map(_credited_halves, counted)) // 2,
        window_seconds=sum(decision.window_seconds for decision in counted),
        not_counted=max(sessions - len(known), 0),
        came=sum(decision.came for decision in counted),
        is_measured=any(decision.is_computed for decision in counted),
    )


def so_far(decisions: Iterable[SessionDecision]) -> SoFar:
    """Return what is decided until now; ``decisions`` as for :func:`derive`."""
    known = _known(decisions)
    statuses = Counter(decision.status for decision in known)
    return SoFar(statuses, credit(known, sessions=len(known)))


def _known(decisions: Iterable[SessionDecision]) -> list[SessionDecision]:
    return [
        decision
        for decision in decisions
        if decision.source and decision.status != Status.UNKNOWN
    ]


def _status(counted: list[SessionDecision], policy: Policy) -> Status:
    hundredfold = 100 * sum(map(_credited_halves, counted))
    window_halves = 2 * sum(decision.window_seconds for decision in counted)
    if hundredfold < policy.partial_from * window_halves:
        return Status.ABSENT
    if hundredfold > policy.present_over * window_halves:
        return Status.PRESENT
    return Status.PARTIAL


def _credited_halves(decision: SessionDecision) -> int:
    """Return twice the credited seconds, so that half a window stays a whole number."""
    if decision.is_computed:
        return 2 * (decision.attended_seconds or 0)
    return (MEANINGS[decision.status].credited_halves or 0) * decision.window_seconds


def _source(known: list[SessionDecision], automatic_sources: Sequence[str]) -> str:
    sources = {decision.source for decision in known}
    if sources == {SYSTEM_DEFAULT}:
        return SYSTEM_DEFAULT
    computed = {decision.source for decision in known if decision.is_computed}
    otherwise = SELF_REPORTED if sources <= _OF_NOBODY_ELSE else MANUAL
    return next(
        (source for source in automatic_sources if source in computed), otherwise
    )
