"""The demonstration: a lesson that ended ten minutes ago, told by a played LiveKit.

Its facts take the way of all facts: signed webhooks through the real endpoint.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction

from attendance.services import calculate_session
from events.models import (
    Event,
    EventState,
    Membership,
    Organization,
    Participant,
    ParticipantRole,
    Role,
    User,
)
from sessions_app.models import LiveSession, SessionType, new_room_name
from sessions_app.simulation import SimulatedPerson, SimulatedRoom, send_webhooks

SLUG = "al-noor-demo"
ZONE = "Asia/Riyadh"
LENGTH = timedelta(hours=1)
ENDED_AGO = timedelta(minutes=10)

HOST = "Amina Hadid"
PEOPLE = (
    HOST,
    "Yusuf Karim",
    "Maria Lopes",
    "Tom Becker",
    "Lena Fischer",
    "Noor Aziz",
    "Omar Nasser",
    "Sara Lindqvist",
)


def load_demo(*, webhook_url: str, now: datetime) -> LiveSession:
    """Make the organization if it is missing, hold one more lesson, calculate it.

    Every superuser becomes its owner, so that its pages show it to them.

    Raises:
        NotDelivered: the endpoint does not answer; the lesson stays, without facts.
    """
    ended_at = now.replace(second=0, microsecond=0) - ENDED_AGO
    with transaction.atomic():
        event = _event(ended_at)
        session = LiveSession.objects.create(
            event=event,
            title=f"Quadratic equations, {ended_at.astimezone(ZoneInfo(ZONE)):%H:%M}",
            session_type=SessionType.ACADEMIC,
            room_name=new_room_name(SLUG),
            starts_at=ended_at - LENGTH,
            ends_at=ended_at,
        )
    room = _lesson(session)
    send_webhooks(
        webhook_url,
        room.deliveries,
        key=settings.LIVEKIT_API_KEY,
        secret=settings.LIVEKIT_API_SECRET,
    )
    calculate_session(session, now=now, force=True)
    return session


def _event(ended_at: datetime) -> Event:
    organization, _created = Organization.objects.get_or_create(
        slug=SLUG, defaults={"name": "Al-Noor Academy (demo)", "time_zone": ZONE}
    )
    for user in User.objects.filter(is_superuser=True):
        Membership.objects.get_or_create(
            organization=organization, user=user, defaults={"role": Role.OWNER}
        )
    event, is_new = Event.objects.get_or_create(
        organization=organization,
        title="Algebra II",
        defaults={
            "starts_at": ended_at - LENGTH,
            "ends_at": ended_at + timedelta(days=90),
            "time_zone": ZONE,
            "state": EventState.SCHEDULED,
        },
    )
    if is_new:
        Participant.objects.bulk_create(
            Participant(
                event=event,
                name=name,
                email=f"{name.split()[0].lower()}@example.com",
                role=ParticipantRole.HOST if name == HOST else ParticipantRole.ATTENDEE,
            )
            for name in PEOPLE
        )
    return event


def _lesson(session: LiveSession) -> SimulatedRoom:
    """Play the lesson: everything that happens in real rooms happens here once."""
    start = session.starts_at

    def at(minute: float) -> datetime:
        return start + timedelta(minutes=minute)

    people = {
        person.name: SimulatedPerson(person.identity, person.name)
        for person in session.event.participants.all()
    }
    room = SimulatedRoom(session.room_name, at(-6))
    room.stay(people[HOST], at(-6), at(61))
    yusuf = people["Yusuf Karim"]
    room.stay(yusuf, at(1.2), at(37), "CONNECTION_TIMEOUT")
    room.stay(yusuf, at(40), None)
    room.stay(people["Maria Lopes"], at(18.5), at(55.3))
    room.stay(people["Tom Becker"], at(-2), at(11))
    room.stay(people["Tom Becker"], at(42), at(50.5))
    lena = people["Lena Fischer"]
    room.stay(lena, at(3), at(60.4))
    room.stay(lena, at(20), at(35))
    room.stay(people["Noor Aziz"], at(16.2), at(60.2))
    for attempt in range(7):
        began_at = at(1 + attempt * 1.3)
        room.failed_attempt(
            people["Omar Nasser"], began_at, began_at + timedelta(seconds=20)
        )
    room.stay(
        SimulatedPerson("sip_+49171000042", "+49 171 000042", "SIP"), at(5), at(27)
    )
    room.stay(SimulatedPerson("guest-7f3a", "Lina"), at(4), at(52))
    room.stay(SimulatedPerson("agent-notes", "Note taker", "AGENT"), at(-6), at(62))
    room.finish(at(62))
    return room
