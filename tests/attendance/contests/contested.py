"""A school in which somebody was marked absent and says that this is wrong."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from attendance.contests.contesting import contest
from attendance.models import Attendance, Contest
from events.models import Role
from tests.factories import (
    make_attendance,
    make_client,
    make_event,
    make_member,
    make_participant,
    make_session,
    make_user,
)


class Contested:
    """Amal, who has an account, counts as absent from a lesson of yesterday."""

    def __init__(self) -> None:
        self.now = timezone.now()
        yesterday = self.now - timedelta(days=1)
        self.event = make_event(starts_at=yesterday, ends_at=self.now)
        self.organization = self.event.organization
        self.lesson = make_session(self.event, starts_at=yesterday, title="Algebra")
        self.amal = make_user("amal")
        self.place = make_participant(self.event, name="Amal", user=self.amal)
        self.decision = make_attendance(self.place, self.lesson, status="absent")
        self.organizer = make_member(self.organization, Role.ORGANIZER)
        self.admin = make_member(self.organization, Role.ADMIN)

    @property
    def stands(self) -> Attendance:
        return Attendance.objects.get(pk=self.decision.pk)

    @property
    def only(self) -> Contest:
        return Contest.objects.get()

    def say(self, text: str = "I was there.", **fields: Any) -> Contest:
        usual: dict[str, Any] = {"by": self.amal, "now": self.now}
        return contest(self.decision, text=text, **usual | fields)

    def post(self, user: Any, path: str, **data: Any) -> Any:
        return make_client(user).post(path, data, format="json")
