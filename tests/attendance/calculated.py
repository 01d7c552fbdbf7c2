"""What tests of calculations do again and again."""

from datetime import datetime, timedelta
from typing import Any

from attendance.calculating.sessions import calculate_sessions
from attendance.evidence.due import Selection
from attendance.models import Attendance, AttendanceChange
from events.models import Participant
from sessions_app.models import LiveSession
from tests.factories import START, make_connection

SOON = START + timedelta(hours=2)


def calculate(*sessions: LiveSession, now: datetime = SOON, force: bool = True) -> None:
    assert not calculate_sessions(Selection(now=now, force=force)).failed


def attend(lesson: LiveSession, *people: Participant, minutes: float = 60) -> None:
    for person in people:
        make_connection(
            lesson,
            identity=person.identity,
            left_at=lesson.starts_at + timedelta(minutes=minutes),
        )


def decided(person: Participant) -> tuple[str, str | None]:
    row = Attendance.objects.get(participant=person)
    return row.status, row.source


def changes() -> list[tuple[Any, ...]]:
    return list(
        AttendanceChange.objects.order_by("pk").values_list(
            "participant__person__name",
            "from_status",
            "from_source",
            "to_status",
            "source",
        )
    )
