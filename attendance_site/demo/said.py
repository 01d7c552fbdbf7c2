"""What people of the demonstration say: a contested status, an announced absence.

Said once; loading the demonstration again adds nothing to it.
"""

from datetime import datetime

from attendance.absences.announcing import Ahead, announce
from attendance.contests.contesting import contest
from attendance.models import AnnouncedAbsence, Attendance, Contest, Status
from attendance_site.demo.schools import ALGEBRA
from attendance_site.simulation import ownership
from events.models import Event, Participant
from sessions_app.models import LiveSession

# Who tried seven times to connect, see lesson_just_over.py.
CONTESTS, WHY = (
    "Omar Nasser",
    "I tried to get in for ten minutes and was not let in. Then I watched beside Sara.",
)
IS_AWAY, REASON = "Lena Fischer", "A dentist's appointment that cannot be moved."


def say(lesson: LiveSession, *, now: datetime) -> None:
    """Contest the status at a calculated lesson, and announce to miss the next one."""
    event = ownership.events().get(title=ALGEBRA.title)
    if not Contest.objects.filter(attendance__event=event).exists():
        decisions = Attendance.objects.filter(session=lesson, status=Status.ABSENT)
        for decision in decisions.filter(participant=_place(event, CONTESTS)):
            contest(decision, text=WHY, by=None, now=now)
    if not AnnouncedAbsence.objects.filter(participant__event=event).exists():
        place = _place(event, IS_AWAY)
        coming = [session.pk for session in Ahead(place, now).sessions[:1]]
        if coming:
            announce(place, sessions=coming, reason=REASON, by=None, now=now)


def _place(event: Event, name: str) -> Participant:
    return event.participants.select_related("event").get(person__name=name)
