"""Decides about everybody at calculated sessions, from what was read.

The rules are pure (``rules/calculation.py``, ``rules/proof.py``,
``rules/precedence.py``).

Source: docs/rules.md 24, 27, 31, 32, 33.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import NamedTuple

from attendance.calculating.write_decisions import (
    Decided,
    StatusAndSource,
    status_and_source,
)
from attendance.evidence.session_evidence import (
    NOTHING_SEEN,
    Attempts,
    Computed,
    RosterRow,
    SessionEvidence,
    SessionInputs,
)
from attendance.models import AUTOMATIC_SOURCES, Status
from attendance.rules.calculation import (
    SECOND,
    Figures,
    Interval,
    Stay,
    calculate_person,
    came_late,
)
from attendance.rules.precedence import (
    CHECK_IN,
    SELF_REPORTED,
    SYSTEM_DEFAULT,
    calculation_replaces,
    is_automatic,
)
from attendance.rules.proof import is_missed_if_unseen
from attendance.rules.statuses import of_answer


class Seen(NamedTuple):
    """Whom the sources of presence saw in the window of a session.

    Attributes:
        people: Their number, on the roster or not.
        source: The first source that saw anybody; None if nobody was seen. It decides
            about people whom no source saw.
    """

    people: int
    source: str | None


NOBODY = Seen(0, None)


def whom_sources_saw(inputs: SessionInputs, evidence: SessionEvidence | None) -> Seen:
    """Return whom the sources saw in the window of a session, strangers included."""
    if evidence is None:
        return NOBODY
    people, first = 0, len(AUTOMATIC_SOURCES)
    for person in chain(evidence.people.values(), evidence.strangers):
        for rank, stays in enumerate(person.stays):
            if any(_overlaps(inputs, stay) for stay in stays):
                people, first = people + 1, min(first, rank)
                break
    return Seen(people, [*AUTOMATIC_SOURCES, None][first])


def _overlaps(inputs: SessionInputs, stay: Stay) -> bool:
    start = max(stay.joined_at, inputs.window_start)
    end = inputs.window_end
    if stay.left_at is not None:
        end = min(stay.left_at, end)
    return start < end


def decide(
    inputs: Mapping[int, SessionInputs],
    evidence: Mapping[int, SessionEvidence],
    seen: Mapping[int, Seen],
    roster: Iterable[RosterRow],
) -> Iterator[Decided]:
    """Yield a decision about everybody who is expected, or was there.

    Others of the roster get one only if they have one already.
    """
    proved = {
        session_id: session.is_proved(seen[session_id].people)
        for session_id, session in inputs.items()
    }
    for row in roster:
        session, decided = inputs[row.session_id], None
        if proved[row.session_id]:
            source = seen[row.session_id].source
            decided = _at_held_session(session, row, source, evidence)
        if decided is None:
            decided = _undecided(session, row)
        if row.is_expected or row.attendance_id or decided.came:
            yield decided


def _at_held_session(
    session: SessionInputs,
    row: RosterRow,
    source: str | None,
    evidence: Mapping[int, SessionEvidence],
) -> Decided | None:
    """Return the decision at a session that was held; None if it leaves somebody out.

    ``source`` is the first that saw anybody, if any did.
    """
    is_missed = row.is_expected and is_missed_if_unseen(
        session.mode, is_host=row.is_host, was_anybody_seen=source is not None
    )
    if source is None:
        return _absent_by_default(session, row) if is_missed else None
    computed = _computed(session, row, source, evidence[row.session_id])
    return computed if is_missed or computed.came else None


NOT_COMPUTED = Computed(*[None] * len(Computed._fields))


def _undecided(session: SessionInputs, row: RosterRow) -> Decided:
    """Return the decision that stands if a person made it, else their own answer.

    Without either it is ``unknown``.

    If nothing proves that the session was held, people have to say so. Somebody who
    was not expected, and did not come, is not absent; nor is a host who may have been
    in the classroom.
    """
    after = _standing(session, row)
    if _is_by_machine(row):
        after = _own_answer(row) or status_and_source(Status.UNKNOWN, None)
    return Decided(session, row, _before(row), after, NOT_COMPUTED, None)


def _absent_by_default(session: SessionInputs, row: RosterRow) -> Decided:
    """Return absent, unless something speaks for the person."""
    after = _standing(session, row)
    if calculation_replaces(row.source, SYSTEM_DEFAULT, marked=row.is_marked):
        by_default = status_and_source(Status.ABSENT, SYSTEM_DEFAULT)
        after = _own_answer(row) or by_default
    return Decided(session, row, _before(row), after, NOT_COMPUTED, None)


def _is_by_machine(row: RosterRow) -> bool:
    return not row.is_marked and (
        is_automatic(row.source) or row.source == SYSTEM_DEFAULT
    )


def _own_answer(row: RosterRow) -> StatusAndSource | None:
    """Return what the person said, which decides if nothing else speaks for them."""
    if row.self_attended is None:
        return None
    return status_and_source(of_answer(row.self_attended), SELF_REPORTED)


def _before(row: RosterRow) -> StatusAndSource:
    return status_and_source(row.status or Status.UNKNOWN, row.source)


def _standing(session: SessionInputs, row: RosterRow) -> StatusAndSource:
    """Return the decision that stands; of a check-in by the present grace period."""
    if row.source != CHECK_IN or row.checked_in_at is None:
        return _before(row)
    grace = session.policy.grace_minutes
    is_late = came_late(session.window_start, row.checked_in_at, grace)
    return status_and_source(Status.LATE if is_late else Status.PRESENT, CHECK_IN)


def _computed(
    session: SessionInputs,
    row: RosterRow,
    session_source: str,
    evidence: SessionEvidence,
) -> Decided:
    seen = evidence.people.get(row.participant_id, NOTHING_SEEN)
    source, figures = calculate_person(
        session.window_start, session.window_end, seen.by_source, session.policy
    )
    by = source or session_source
    computed = _in_columns(session, figures, by, seen.attempts)
    replaces = calculation_replaces(row.source, by, marked=row.is_marked)
    after = (
        status_and_source(figures.status.value, by)
        if replaces
        else _standing(session, row)
    )
    return Decided(session, row, _before(row), after, computed, figures)


def _in_columns(
    session: SessionInputs, figures: Figures, source: str, attempts: Attempts
) -> Computed:
    return Computed(
        figures.status.value,
        source,
        (session.window_end - session.window_start) // SECOND,
        figures.late_seconds,
        figures.join_count,
        _as_jsonb(figures.intervals),
        attempts.number,
        attempts.first_at,
        attempts.last_at,
        *session.policy,
        figures.percentage_hundredths,
        figures.is_late,
    )


def _as_jsonb(intervals: Iterable[Interval]) -> str:
    """Return intervals as Postgres formats jsonb, so that the texts can be compared."""
    items = [
        f"[{joined}, {left}, {'true' if inferred else 'false'}]"
        for joined, left, inferred in intervals
    ]
    return f"[{', '.join(items)}]"
