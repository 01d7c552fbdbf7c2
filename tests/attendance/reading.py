"""Reading a decision in minutes after the start of its session."""

from datetime import timedelta
from typing import NamedTuple

from attendance.calculating.sessions import calculate_sessions
from attendance.evidence.due import Selection
from attendance.models import Attendance
from events.models import Participant
from sessions_app.models import LiveSession


class Row(NamedTuple):
    """What a test looks at of a decision; intervals in minutes."""

    status: str
    intervals: list[tuple[float, float]]
    inferred: list[bool]
    joins: int | None


def calculate(session: LiveSession) -> None:
    selection = Selection(
        now=session.end + timedelta(hours=1), session_id=session.pk, force=True
    )
    outcome = calculate_sessions(selection)
    assert not outcome.failed


def decision(session: LiveSession, person: Participant) -> Attendance:
    calculate(session)
    return Attendance.objects.get(session=session, participant=person)


def row(session: LiveSession, person: Participant) -> Row:
    stored = decision(session, person)
    start = session.starts_at.timestamp()
    intervals = stored.intervals or []
    return Row(
        stored.status,
        [
            (round((joined / 1e6 - start) / 60, 4), round((left / 1e6 - start) / 60, 4))
            for joined, left, _ in intervals
        ],
        [inferred for *_, inferred in intervals],
        stored.join_count,
    )


def present(*intervals: tuple[float, float], joins: int = 1) -> Row:
    return Row("present", list(intervals), [False] * len(intervals), joins)
