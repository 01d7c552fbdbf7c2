"""Lessons in a room and meetups: everybody is checked in at the door by staff.

Nothing of them comes from LiveKit. What happened is written with the same services as
for people's requests, as if it were the time at which it happened.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from attendance.completion.completing import complete_event
from attendance.decisions.checking_in import check_in
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.models import Attendance, CheckInMethod
from attendance_site.demo.events import DAY, TERM, WEEK, event_of, weekly
from attendance_site.demo.in_a_room import ClassInARoom, Meetup, Visitor
from attendance_site.simulation import ownership
from events.models import Event, Organization, Participant, Registration
from events.roster.adding import add_participant
from sessions_app.models import LiveSession, Mode
from sessions_app.services import schedule_session

# How long the lesson runs already that runs at the present, and a meetup.
RUNS_SINCE, MEETS_SINCE = timedelta(minutes=20), timedelta(minutes=50)
MEETUP_LENGTH = timedelta(hours=2)
EARLIER_MEETUP = 3 * WEEK


# --- A class --------------------------------------------------------------------------


def hold_lessons(
    organization: Organization, lessons: ClassInARoom, now: datetime
) -> None:
    """Add the missing lessons of the last weeks and one that runs; play new ones."""
    slots = weekly(lessons.weekday, lessons.at, ZoneInfo(organization.time_zone), now)
    lasts = slots[0], slots[0] + TERM
    event = event_of(organization, lessons.title, lasts, lessons.people)
    for slot in slots:
        number = round((slot - event.starts_at) / WEEK)
        ends_at = slot + timedelta(minutes=lessons.minutes)
        if number >= 0 and not slot < now < ends_at:
            title = lessons.lessons[number % len(lessons.lessons)]
            lesson = _lesson(event, lessons, title, slot)
            if number != lessons.unproved:
                _arrive(lesson, lessons.people, now)
    running = event.sessions.filter(starts_at__lte=now, ends_at__gt=now)
    if not running.exists():
        lesson = _lesson(event, lessons, lessons.running, now - RUNS_SINCE)
        _arrive(lesson, lessons.people, now)


def _lesson(
    event: Event, lessons: ClassInARoom, title: str, starts_at: datetime
) -> LiveSession:
    """Return the lesson that begins then; schedule it if it is missing."""
    lesson = event.sessions.filter(starts_at=starts_at).first()
    return lesson or schedule_session(
        event=event,
        title=title,
        session_type=lessons.session_type,
        mode=Mode.IN_PERSON,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=lessons.minutes),
    )


def _arrive(lesson: LiveSession, people: Iterable[Visitor], now: datetime) -> None:
    """Check in who has come by now, and excuse who called; once."""
    if lesson.starts_at > now or Attendance.objects.filter(session=lesson).exists():
        return
    # Seeded with the title, so that the same happens each time.
    random = Random(lesson.title)  # noqa: S311
    place, staff = Place(lesson.event, lesson), ownership.account()
    excused = []
    for person, visitor in _on_roster(lesson.event, people):
        minute = random.choice(visitor.minutes)
        if minute is None and visitor.excuse:
            excused.append(Mark(person, "excused", visitor.excuse))
        elif minute is not None:
            _check_in(place, person, lesson.starts_at + minute * MINUTE, now)
    if excused:
        mark(place, excused, by=staff, now=lesson.starts_at)


# --- Meetups --------------------------------------------------------------------------


def hold_meetups(organization: Organization, meetup: Meetup, now: datetime) -> None:
    """Add a meetup that is over and completed, and one of today, where missing."""
    held = ownership.events().filter(
        organization=organization, title__startswith=meetup.title
    )
    if not held.exists():
        earlier = _meet(organization, meetup, now - EARLIER_MEETUP, now)
        complete_event(event=earlier, now=now)
    if not held.filter(starts_at__gt=now - DAY).exists():
        _meet(organization, meetup, now - MEETS_SINCE, now)


def _meet(
    organization: Organization, meetup: Meetup, starts_at: datetime, now: datetime
) -> Event:
    local = starts_at.astimezone(ZoneInfo(organization.time_zone))
    event = event_of(
        organization,
        f"{meetup.title}, {local.day} {local:%B}",
        (starts_at, starts_at + MEETUP_LENGTH),
        meetup.people,
    )
    random = Random(meetup.title)  # noqa: S311
    place = Place(event, None)
    for person, visitor in _on_roster(event, meetup.people):
        minute = random.choice(visitor.minutes)
        if minute is not None:
            _check_in(place, person, starts_at + minute * MINUTE, now)
    for name, minute in meetup.walk_ins:
        at = starts_at + minute * MINUTE
        if at <= now:
            person = add_participant(
                event=event, name=name, registration=Registration.WALK_IN
            ).participant
            _check_in(place, person, at, now)
    return event


# --- The door -------------------------------------------------------------------------

MINUTE = timedelta(minutes=1)


def _on_roster(
    event: Event, people: Iterable[Visitor]
) -> Iterator[tuple[Participant, Visitor]]:
    """Yield those people who are on the roster; somebody may have changed it."""
    places = {(place.name, place.email): place for place in event.participants.all()}
    for visitor in people:
        if place := places.get((visitor.name, visitor.email)):
            yield place, visitor


def _check_in(place: Place, person: Participant, at: datetime, now: datetime) -> None:
    """Check somebody in at that time, every third person by their badge."""
    if at > now:
        return
    method = CheckInMethod.STAFF if person.pk % 3 else CheckInMethod.QR
    check_in(place, person, method=method, by=ownership.account(), now=at)
