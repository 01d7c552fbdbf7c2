"""Loading the demonstration: two schools with some weeks of lessons.

Rows are created by the same services as for people's requests, and facts are sent as
signed webhooks to the real endpoint. Loading it again adds one more lesson and those of
the weeks that have passed, and leaves the rest as it is.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q

from attendance.calculating.sessions import calculate_sessions
from attendance.evidence.due import Selection
from attendance_site.demo import (
    asked_afterwards,
    at_the_door,
    lesson_just_over,
    public_meetup,
    said,
)
from attendance_site.demo.events import DAY, TERM, WEEK, WEEKS, event_of, weekly
from attendance_site.demo.playing import Facts, play
from attendance_site.demo.schools import (
    SCHOOLS,
    Course,
    Fate,
    OpenHours,
    School,
)
from attendance_site.simulation import instance, ownership
from attendance_site.simulation.livekit import send_rooms
from events.models import Event, Organization
from sessions_app.models import LiveSession, PresenceEvent
from sessions_app.services import cancel_session, schedule_session

# A session is calculated automatically only this long after its end.
SETTLED = timedelta(minutes=6)


class Loaded(NamedTuple):
    """The result: ``lesson`` ended ten minutes ago; the numbers are of what was added.

    ``is_first``: the demonstration was not there before.
    """

    lesson: LiveSession
    events: int
    sessions: int
    is_first: bool


def load_demo(*, now: datetime) -> Loaded:
    """Create what is missing, send the webhooks since then, and calculate sessions.

    Every superuser becomes an owner of both schools, so that they can see them.

    Raises:
        NotDelivered: the running instance does not answer; loading it again continues.
        NotOurs: somebody else created an organization with that slug.
    """
    instance.must_answer()
    now = now.replace(second=0, microsecond=0)
    rooms: list[Facts] = []
    with transaction.atomic():
        events, sessions = _counts()
        organizations = [_load_school(school, now, rooms) for school in SCHOOLS]
        lesson, facts = lesson_just_over.hold(now)
        rooms.append(facts)
        events_now, sessions_now = _counts()
    send_rooms(instance.webhook_url(), rooms, **instance.keys())
    for organization in organizations:
        calculate_sessions(
            Selection(now=now, organization_id=organization.pk, days=7 * (WEEKS + 2))
        )
    said.say(lesson, now=now)
    return Loaded(lesson, events_now - events, sessions_now - sessions, not events)


def _counts() -> tuple[int, int]:
    """Return the numbers of the demonstration's events and sessions."""
    slugs = [school.slug for school in SCHOOLS]
    events = ownership.events().filter(organization__slug__in=slugs)
    return events.count(), LiveSession.objects.filter(event__in=events).count()


def _load_school(school: School, now: datetime, rooms: list[Facts]) -> Organization:
    organization = ownership.ensure_organization(
        slug=school.slug,
        name=school.name,
        time_zone=school.time_zone,
        language=school.language,
    )
    for course in school.courses:
        rooms += _load_course(organization, course, now)
    rooms += _load_open_hours(organization, school.open_hours, now)
    if school.in_a_room:
        at_the_door.hold_lessons(organization, school.in_a_room, now)
    if school.meetup:
        at_the_door.hold_meetups(organization, school.meetup, now)
        public_meetup.announce(organization, now)
        asked_afterwards.hold(organization, now)
    soon = now + 4 * WEEK
    event_of(organization, school.draft, (soon, soon + 2 * WEEK), is_draft=True)
    return organization


# --- Lessons of every week ------------------------------------------------------------


def _load_course(
    organization: Organization, course: Course, now: datetime
) -> Iterator[Facts]:
    """Schedule missing lessons; play those that are over and have no facts yet."""
    slots = weekly(course.weekday, course.at, ZoneInfo(organization.time_zone), now)
    lasts = slots[0], slots[0] + TERM
    event = event_of(organization, course.title, lasts, course.people)
    lessons = {
        session.room_name: session
        for session in LiveSession.objects.filter(event=event).select_related("event")
    }
    without_facts = lessons.keys() - _rooms_with_facts(lessons)
    for slot in slots:
        number = round((slot - event.starts_at) / WEEK)
        room_name = f"{organization.slug}_{course.key}-{number}"
        ends_at = slot + timedelta(minutes=course.minutes)
        is_over = ends_at + SETTLED < now
        lesson = lessons.get(room_name)
        # A lesson that would run now is added when it is over: nobody would be in it.
        if lesson is None and (is_over or slot > now) and number >= 0:
            lesson = _schedule_lesson(event, course, number, room_name, (slot, ends_at))
            without_facts.add(room_name)
        is_to_play = is_over and number not in course.fates
        if lesson and is_to_play and room_name in without_facts:
            yield play(lesson, course.people, course.strangers)


def _rooms_with_facts(room_names: Iterable[str]) -> set[str]:
    """Return the rooms that have facts."""
    facts = PresenceEvent.objects.filter(room_name__in=list(room_names))
    return {name for name in facts.values_list("room_name", flat=True) if name}


def _schedule_lesson(
    event: Event,
    course: Course,
    number: int,
    room_name: str,
    window: tuple[datetime, datetime],
) -> LiveSession:
    lesson = schedule_session(
        event=event,
        title=course.lessons[number % len(course.lessons)],
        session_type=course.session_type,
        room_name=room_name,
        starts_at=window[0],
        ends_at=window[1],
    )
    if course.fates.get(number) == Fate.CANCELLED:
        cancel_session(session=lesson, now=window[0])
    return lesson


# --- Around the present ---------------------------------------------------------------


def _load_open_hours(
    organization: Organization, hours: OpenHours, now: datetime
) -> Iterator[Facts]:
    """Add a session that is over, one that runs and one to come, where missing."""
    event = event_of(organization, hours.title, (now - WEEK, now + TERM), hours.people)
    half_past = now.replace(minute=now.minute // 30 * 30)
    sessions = LiveSession.objects.filter(event=event, cancelled_at=None)
    plan = (
        (
            hours.earlier,
            now - timedelta(minutes=105),
            Q(ends_at__range=(now - DAY, now)),
        ),
        (
            hours.running,
            now - timedelta(minutes=25),
            Q(starts_at__lte=now, ends_at__gt=now),
        ),
        (hours.later, half_past + timedelta(minutes=90), Q(starts_at__gt=now)),
    )
    for title, starts_at, is_there in plan:
        if sessions.filter(is_there).exists():
            continue
        session = schedule_session(
            event=event,
            title=title,
            session_type=hours.session_type,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(hours=1),
        )
        if starts_at < now:
            facts = play(session, hours.people)
            yield [f for f in facts if int(f["createdAt"]) <= now.timestamp()]
