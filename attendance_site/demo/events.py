"""The events of the demonstration, with their rosters, and when lessons are."""

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from attendance_site.demo.people import Lessons, Person
from attendance_site.simulation import ownership
from events.models import Event, Organization, Registration
from events.people.services import update_person
from events.roster.adding import add_participant
from events.roster.enrolment import UNSET, Bound
from events.roster.places import change_participant
from events.services import create_event, publish_event

WEEKS = 7
DAY, WEEK = timedelta(days=1), timedelta(days=7)
TERM = 26 * WEEK


def event_of(
    organization: Organization,
    title: str,
    lasts: tuple[datetime, datetime],
    people: Sequence[Person] = (),
    *,
    is_draft: bool = False,
) -> Event:
    """Return the demonstration's event of this title; create it if it is missing."""
    event = ownership.events().filter(organization=organization, title=title).first()
    if event:
        return event
    event = create_event(
        organization=organization, title=title, starts_at=lasts[0], ends_at=lasts[1]
    )
    ownership.mark(event)
    for person in people:
        _add(event, person)
    return event if is_draft else publish_event(event=event)


def _add(event: Event, person: Person) -> None:
    """Put somebody on the roster, for those lessons to which they belong."""
    enrolled = [_times(event, lessons) for lessons in person.enrolled]
    first, *returns = enrolled or [(UNSET, UNSET)]
    place = add_participant(
        event=event,
        name=person.name,
        email=person.email,
        external_id=person.external_id,
        role=person.role,
        registration=person.registration,
        enrolled_from=first[0],
        enrolled_until=first[1],
    ).participant
    for since, until in returns:
        left = {"registration": Registration.CANCELLED}
        back = {
            "registration": person.registration,
            "enrolled_from": since,
            "enrolled_until": until,
        }
        for changes in (left, back):
            change_participant(participant=place, changes=changes)
    if person.takes_part:
        update_person(
            person=place.person, changes={"show_on_leaderboard": True}, by=None
        )


def _times(event: Event, lessons: Lessons) -> tuple[Bound, Bound]:
    """Return since when and until when somebody is enrolled: a day before lessons."""
    first, end = (
        None if number is None else event.starts_at + number * WEEK - DAY
        for number in lessons
    )
    return first, end


def weekly(weekday: int, at: time, zone: ZoneInfo, now: datetime) -> list[datetime]:
    """Return when lessons begin, from seven weeks ago to the next week, in order."""
    today = now.astimezone(zone).date()
    next_day = today + timedelta(days=(weekday - today.weekday()) % 7)
    return [
        datetime.combine(next_day + week * WEEK, at, zone) for week in range(-WEEKS, 2)
    ]
