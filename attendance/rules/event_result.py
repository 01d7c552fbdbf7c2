"""The decision about an event as a whole, from its sessions together. Pure.

Source: docs/rules.md 59, 60.
"""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from attendance.rules.calculation import Policy
from attendance.rules.precedence import MANUAL, is_automatic
from attendance.rules.statuses import MEANINGS, Status


class SessionDecision(NamedTuple):
    """What was decided about a person at one session.

    ``attended_seconds`` is what a calculation found, None before any; ``is_marked``: a
    person decided, or applied what a machine had found.
    """

    status: str
    source: str | None
    is_marked: bool
    window_seconds: int
    attended_seconds: int | None

    @property
    def is_computed(self) -> bool:
        """Whether a calculation decided."""
        return is_automatic(self.source) and not self.is_marked

    @property
    def counts(self) -> bool:
        """Whether it is part of the sums: an excused one is left out."""
        return MEANINGS[self.status].credited_halves is not None


class Credit(NamedTuple):
    """What some session decisions amount to; seconds without the excused ones.

    ``sessions`` have a decision, ``excused`` are those of them that are left out;
    ``not_counted`` have none.
    """

    sessions: int
    excused: int
    credited_seconds: int
    window_seconds: int
    not_counted: int = 0


class Derived(NamedTuple):
    """The decision about the event."""

    status: str
    source: str


def derive(
    decisions: Iterable[SessionDecision],
    policy: Policy,
    automatic_sources: Sequence[str],
) -> Derived | None:
    """Return what the decisions amount to; None if nothing is known.

    With one session it is that session's. With several, credited seconds count against
    the sum of the windows: a computed session credits what was attended, a marked one
    all of its window (present, late), half (partial) or nothing (absent); excused ones
    are left out of both. Under ``partial_from`` it is absent, over ``present_over``
    present, else partial.

    Args:
        decisions: One for each session that counts, those unknown are passed over.
        policy: The organization's thresholds.
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
    """Return what the decisions amount to, for saying so.

    Args:
        decisions: As for :func:`derive`.
        sessions: How many the event has, without cancelled ones.
    """
    known = _known(decisions)
    counted = [decision for decision in known if decision.counts]
    return Credit(
        sessions=len(known),
        excused=len(known) - len(counted),
        credited_seconds=sum(map(_credited_halves, counted)) // 2,
        window_seconds=sum(decision.window_seconds for decision in counted),
        not_counted=max(sessions - len(known), 0),
    )


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
    """Return the credited seconds, twice, so that they stay whole."""
    if decision.is_computed:
        return 2 * (decision.attended_seconds or 0)
    return (MEANINGS[decision.status].credited_halves or 0) * decision.window_seconds


def _source(known: list[SessionDecision], automatic_sources: Sequence[str]) -> str:
    computed = {decision.source for decision in known if decision.is_computed}
    return next((source for source in automatic_sources if source in computed), MANUAL)
