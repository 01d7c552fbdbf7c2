"""People who contest what is decided of them, or announced that they will not come."""

from datetime import datetime, timedelta

from django.db.models import Model

from attendance.absences.announcing import announce
from attendance.absences.settling import settle as settle_absence
from attendance.contests.contesting import contest, settle
from attendance.models import AnnouncedAbsence
from events.models import Organization, Participant, User
from sessions_app.models import LiveSession
from tests.factories import (
    make_attendance,
    make_event,
    make_participant,
    make_session,
    make_user,
)

LONG_REASON = (
    "Our bus broke down, and I joined by telephone from the road, where nobody saw me. "
    "Ask Maria, who sat beside me, or the driver.\n\nThank you!"
)


def with_said(
    organization: Organization, organizer: User, *, now: datetime
) -> dict[str, Model]:
    """A course of which a lesson is over and two are ahead, and an account's places."""
    begins = now - timedelta(days=1)
    event = make_event(
        organization,
        title="Geometry",
        starts_at=begins,
        ends_at=begins + timedelta(days=9),
    )
    over = make_session(event, starts_at=begins, title="Circles")
    ahead = [
        make_session(event, starts_at=now + timedelta(days=days), title=title)
        for days, title in ((1, "Triangles"), (2, "Squares"))
    ]
    reader = make_user(first_name="Rana", last_name="Aziz")
    place = make_participant(event, name="Rana Aziz", user=reader)
    decision = make_attendance(place, over, status="absent")
    contest(decision, text=LONG_REASON, by=reader, now=now)
    announce(
        place,
        sessions=[lesson.pk for lesson in ahead],
        reason="A wedding in the family.",
        by=None,
        now=now,
    )
    silent = make_participant(event, name="Hadi")
    other = make_participant(event, name="نور سليم")
    _answered(other, over, ahead[0], organizer, now)
    return {
        "said over": over,
        "said ahead": ahead[0],
        "said event": event,
        "contested": decision,
        "says": place,
        "says and is answered": other,
        "says person": place.person,
        "not said": silent,
        "open to contest": make_attendance(silent, over, status="absent"),
        "nothing to say": make_participant(make_event(organization)),
    }


def _answered(
    place: Participant, over: LiveSession, ahead: LiveSession, by: User, now: datetime
) -> None:
    decision = make_attendance(place, over, status="late")
    said = contest(decision, text="I was on time.", by=None, now=now)
    settle(said, status="present", notes="So it is, sorry.", by=by, now=now)
    [absence] = announce(place, sessions=[ahead.pk], reason="Ill.", by=None, now=now)
    absence = AnnouncedAbsence.objects.select_related("participant__event").get(
        pk=absence.pk
    )
    settle_absence(absence, confirmed=True, with_others=False, by=by, now=now)
