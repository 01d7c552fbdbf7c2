"""Public events of the school, and people who registered for them."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model

from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from events.models import Event, EventState, Organization, Registration, Visibility
from tests.attendance.pages import be_there, calculate
from tests.factories import make_event, make_member, make_participant, make_session

LONG = "Repair café and swap shop for bicycles, lamps, radios and everything else"


def public_events(organization: Organization, *, now: datetime) -> dict[str, Model]:
    """By a word each: public events, and the places of people at them."""

    def event(title: str, **fields: Any) -> Event:
        usual: dict[str, Any] = {
            "visibility": Visibility.PUBLIC,
            "registration_open": True,
            "starts_at": now + timedelta(days=3),
            "time_zone": "Asia/Riyadh",
            "location": "Community hall, 3 Mill Lane",
            "description": "Bring what is broken.\n\nTea is there, cake is welcome.",
        }
        return make_event(organization, title=title, **(usual | fields))

    public = event("Repair café")
    full = event(LONG, capacity=1)
    registered = make_participant(full, name="Ana Costa")
    waiting = make_participant(
        full, name=LONG, registration=Registration.WAITLISTED, waitlisted_at=now
    )
    course = event(
        "Evening course",
        visibility=Visibility.LINK,
        starts_at=now - timedelta(days=3),
        ends_at=now + timedelta(days=30),
    )
    recorded = make_participant(course, name="Ana Costa")
    for hours in (50, 26):
        lesson = make_session(course, starts_at=now - timedelta(hours=hours))
        be_there(lesson, recorded, (3, hours))
        calculate(lesson, now)
    make_session(course, starts_at=now - timedelta(minutes=5), title=LONG)
    make_session(course, starts_at=now + timedelta(days=1))
    cancelled = make_participant(
        course, name="Ben", registration=Registration.CANCELLED
    )
    mark(
        Place(course, None),
        [Mark(recorded, "late", "By bicycle.")],
        by=make_member(organization),
        now=now,
    )
    return {
        "public": public,
        "full": full,
        "public, off": event("Off", state=EventState.CANCELLED),
        "public, over": event("Over", starts_at=now - timedelta(days=3)),
        "by link": event(LONG, visibility=Visibility.LINK, registration_open=False),
        "registered": registered,
        "waiting": waiting,
        "recorded": recorded,
        "has cancelled": cancelled,
    }
