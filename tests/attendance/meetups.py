"""Events without sessions, such as a meetup, and who came to their doors."""

from datetime import datetime, timedelta
from typing import Any

from attendance.decisions.checking_in import check_in
from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from events.models import Event, Organization, Participant, User
from tests.factories import make_event, make_participant, make_user


def make_meetup(
    names: str = "", organization: Organization | None = None, **fields: Any
) -> Event:
    """Two hours without any session, with these people on its roster."""
    fields.setdefault("title", "Meetup")
    event = make_event(organization, **fields)
    for name in names.split():
        make_participant(event, name=name)
    return event


def named(meetup: Event, name: str) -> Participant:
    return meetup.participants.get(person__name=name)


def come(meetup: Event, name: str, minutes: int = 0, *, by: User | None = None) -> None:
    """Let staff check somebody in some minutes after the start."""
    at = minute_of(meetup, minutes)
    check_in(Place(meetup, None), named(meetup, name), by=by or make_user(), now=at)


def decide(meetup: Event, name: str, status: str, *, by: User | None = None) -> None:
    """Let a person mark somebody at the start."""
    marks = [Mark(named(meetup, name), status)]
    mark(Place(meetup, None), marks, by=by or make_user(), now=meetup.starts_at)


def minute_of(meetup: Event, minutes: int) -> datetime:
    return meetup.starts_at + timedelta(minutes=minutes)
