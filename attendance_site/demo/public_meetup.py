"""A public meetup: anybody may register, all places are taken, and two people wait."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from attendance_site.demo.events import DAY, WEEK, event_of
from attendance_site.demo.people import SELDOM, Person
from attendance_site.simulation import ownership
from events.models import Event, Organization, Registration, Visibility
from events.services import update_event

TITLE, PLACE = "Repair café", "Community hall, 3 Mill Lane"
DESCRIPTION = (
    "Bring what is broken: lamps, radios, toys, bicycles. We mend it together.\n\n"
    "Tea is there, and cake is welcome."
)
STARTS_AT, LASTS = 14, timedelta(hours=3)
NAMES = (
    *("Paula Okafor", "Hamid Saleh", "Ines Duarte", "Jonas Weber", "Leila Amrani"),
    *("Marek Nowak", "Nadia Rahimi", "Oskar Lind", "Petra Novak", "Rui Tavares"),
)
CAPACITY = 8


def announce(organization: Organization, now: datetime) -> Event:
    """Return the next public meetup, which is announced if there is none."""
    made = ownership.events().filter(
        organization=organization, title__startswith=TITLE, starts_at__gt=now
    )
    return made.first() or _announce(organization, now)


def _announce(organization: Organization, now: datetime) -> Event:
    local = (now + WEEK - DAY).astimezone(ZoneInfo(organization.time_zone))
    starts_at = local.replace(hour=STARTS_AT, minute=0)
    event = event_of(
        organization,
        f"{TITLE}, {local.day} {local:%B}",
        (starts_at, starts_at + LASTS),
        [_person(number, name) for number, name in enumerate(NAMES)],
    )
    changes = {
        "location": PLACE,
        "description": DESCRIPTION,
        "visibility": Visibility.PUBLIC,
        "registration_open": True,
        "capacity": CAPACITY,
    }
    return update_event(event=event, changes=changes)


def _person(number: int, name: str) -> Person:
    is_waiting = number >= CAPACITY
    return Person(
        name,
        f"{name.lower().replace(' ', '.')}@example.com",
        # Nobody of them is on the leaderboard.
        SELDOM,
        registration=Registration.WAITLISTED if is_waiting else Registration.REGISTERED,
    )
