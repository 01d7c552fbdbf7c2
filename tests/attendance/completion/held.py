"""Sessions that were held, events that end, and what stands of people then."""

from datetime import datetime, timedelta

from attendance.calculating.sessions import calculate_session
from attendance.completion.completing import complete_due_events
from attendance.models import Attendance
from events.models import Event, Participant
from sessions_app.models import LiveSession
from tests.attendance.pages import be_there
from tests.factories import START, make_session

DAY = timedelta(days=1)
LONG_AFTER = START + 10 * DAY


def hold(
    course: Event, *present: tuple[Participant, float], day: int = 0
) -> LiveSession:
    """An hour's session at which these people were for so many minutes."""
    session = make_session(course, starts_at=START + day * DAY)
    for person, minutes in present:
        be_there(session, person, (0, minutes))
    calculate_session(session, now=session.end, force=True)
    return session


def about_event(person: Participant) -> tuple[str, str | None, bool] | None:
    row = Attendance.objects.filter(participant=person, session=None).first()
    return (row.status, row.source, row.derived) if row else None


def run(now: datetime = LONG_AFTER) -> list[int]:
    return [one.event_id for one in complete_due_events(now=now)]
