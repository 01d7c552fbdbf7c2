"""Self check-in by the code on the screen.

Source: docs/rules.md 52, 53, 54, 55.
"""

import hashlib
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from attendance.decisions.checking_in import CheckedIn, check_in
from attendance.door import codes
from attendance.door.codes import Code
from attendance.door.opening_hours import Door, doors_of, nearest_door, open_door
from attendance.models import CheckInMethod
from core.errors import Conflict, Invalid, NotAllowed, RuleBroken
from events.accounts.attempts import count_try, key_of, tries_of
from events.models import EXPECTED, Event, Participant, Registration, User

WRONG_CODES_A_MINUTE = 10
# How long somebody who opened the page in time has to sign in and to confirm.
TIME_TO_CONFIRM = timedelta(minutes=10)


class TooManyCodes(RuleBroken):
    """The user tried too many wrong codes; ``wait`` is in seconds."""

    status = 429

    def __init__(self, wait: int) -> None:
        text = _("Too many wrong codes. Wait %(wait)s seconds, then try again.")
        super().__init__("too_many_codes", text % {"wait": wait})
        self.wait = wait


class Arrival(NamedTuple):
    """A person who may check in by a code, at a door, and the time they were there."""

    door: Door
    participant: Participant
    at: datetime


def code_of(event: Event, now: datetime) -> Code:
    """Return the code that the screen of an event shows."""
    return codes.code_at(event.pk, now, key=_key())


def address_of(code: Code) -> str:
    """Return the address in the QR code on the screen."""
    return f"{settings.PUBLIC_URL}{reverse('self_check_in', args=[code.text])}"


def check_in_by_code(
    typed: str, *, user: User, now: datetime, opened_at: datetime | None = None
) -> CheckedIn:
    """Check the user in; a second check-in changes nothing.

    Args and errors are those of :func:`arrival`.
    """
    arriving = arrival(typed, user=user, now=now, opened_at=opened_at)
    return check_in(
        arriving.door.place,
        arriving.participant,
        method=CheckInMethod.SELF,
        at=arriving.at,
        by=user,
        now=now,
    )


def arrival(
    typed: str, *, user: User, now: datetime, opened_at: datetime | None = None
) -> Arrival:
    """Return who may check in by a code, and where, without checking them in.

    Only wrong codes are written, to count them.

    Args:
        typed: The code as it was typed or scanned.
        user: The user who checks in.
        now: The present time.
        opened_at: When they opened the page with this code, if that was lately: the
            code may have changed since, and the door may have closed.

    Raises:
        Invalid: The text cannot be a code.
        Conflict: The code has expired; the door is not open yet (with ``opens_at``) or
            no longer (with ``closed_at``); the event is cancelled.
        NotAllowed: The user is not expected at this event.
        TooManyCodes: The user has tried too many wrong codes.
    """
    moments = [now] if opened_at is None else [opened_at, now]
    event = _event_of(typed, user, moments)
    participant = _expected(event, user)
    doors = doors_of(event)
    for moment in moments:
        door = nearest_door(doors, moment)
        if door is not None and door.is_open(moment):
            return Arrival(door, participant, moment)
    return Arrival(open_door(event, now), participant, now)


def _event_of(typed: str, user: User, moments: list[datetime]) -> Event:
    """Return the event of a code that was valid at any of these moments."""
    key = key_of("check-in code", str(user.pk))
    tries = tries_of(key)
    if tries.number >= WRONG_CODES_A_MINUTE:
        raise TooManyCodes(tries.wait)
    text = codes.normalized(typed)
    event_id = codes.event_of(text)
    if event_id is None:
        raise Invalid(
            "not_a_code",
            _("This is not a code. Type all the letters on the screen."),
            field="code",
        )
    if any(codes.is_accepted(text, at, key=_key()) for at in moments):
        events = Event.objects.select_related("organization")
        if event := events.filter(pk=event_id).first():
            return event
    count_try(key)
    raise Conflict(
        "code_over",
        _("This code has expired. Use the one on the screen now."),
        field="code",
    )


def _expected(event: Event, user: User) -> Participant:
    participant = event.participants.filter(person__user=user).first()
    if participant is None:
        raise NotAllowed(
            "not_on_roster",
            _(
                "You are not on the roster of %(event)s. Please ask the staff at "
                "the door."
            )
            % {"event": event.title},
        )
    if participant.registration == Registration.WAITLISTED:
        raise NotAllowed(
            "waitlisted",
            _("You are on the waiting list. Please ask the staff at the door."),
        )
    if participant.registration not in EXPECTED:
        raise NotAllowed(
            "not_registered",
            _("You are not registered. Please ask the staff at the door."),
        )
    participant.event = event
    return participant


def _key() -> bytes:
    return hashlib.sha256(f"check-in codes\0{settings.SECRET_KEY}".encode()).digest()
