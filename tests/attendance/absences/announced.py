"""A course with two lessons ahead, at which Amal, who has an account, is expected."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from attendance.absences.announcing import announce
from attendance.models import AnnouncedAbsence, Attendance
from events.models import Participant, Role
from sessions_app.models import LiveSession
from tests.factories import (
    make_event,
    make_member,
    make_participant,
    make_session,
    make_user,
)


class Course:
    def __init__(self) -> None:
        self.now = timezone.now()
        begins = self.now - timedelta(days=1)
        self.event = make_event(
            starts_at=begins, ends_at=begins + timedelta(days=9), title="Algebra"
        )
        self.organization = self.event.organization
        self.past = self._lesson(-1)
        self.lessons = [self._lesson(1), self._lesson(2)]
        self.amal = make_user("amal")
        self.place = make_participant(self.event, name="Amal", user=self.amal)
        self.teacher = make_user("teacher")
        make_participant(self.event, name="Tala", role="host", user=self.teacher)
        self.organizer = make_member(self.organization, Role.ORGANIZER)
        self.viewer = make_member(self.organization, Role.VIEWER)

    def _lesson(self, days: int) -> LiveSession:
        starts_at = self.now + timedelta(days=days)
        return make_session(self.event, starts_at=starts_at, title=f"Lesson {days}")

    @property
    def only(self) -> AnnouncedAbsence:
        found: AnnouncedAbsence = self.absences.get()
        return found

    @property
    def absences(self) -> Any:
        rows = AnnouncedAbsence.objects.select_related("participant__event", "session")
        return rows.order_by("pk")

    def say(self, *lessons: LiveSession, **fields: Any) -> list[AnnouncedAbsence]:
        usual: dict[str, Any] = {
            "sessions": [lesson.pk for lesson in lessons],
            "reason": "Ill.",
            "by": self.amal,
            "now": self.now,
        }
        return announce(fields.pop("place", self.place), **usual | fields)

    def decided(
        self, lesson: LiveSession | None, place: Participant | None = None
    ) -> tuple[str, str | None]:
        row = Attendance.objects.get(participant=place or self.place, session=lesson)
        return row.status, row.source
