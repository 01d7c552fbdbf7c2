"""Self check-in by the code on the screen.

Source: docs/rules.md 52, 53, 54, 55, 105, 111.
"""

import hashlib
from datetime import datetime, timedelta
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from attendance.decisions.checking_in import CheckedIn, check_in
from attendance.door import codes
from attendance.door.codes import Code
from attendance.door.opening_hours import (
    Door,
    chosen_door,
    door_meant,
    doors_of,
    open_doors,
    why_closed,
)
from attendance.models import CheckInMethod
from core.errors import Conflict, Invalid, NotAllowed, RuleBroken
from events.accounts.attempts import count_try, key_of, tries_of
from events.invitations.answering import accept_by_coming, offered_people
from events.models import EXPECTED, Event, Participant, Registration, User
from events.people.lookups import own_place, own_places

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
    """A door that a code opens, and the time at which somebody stood there.

    ``others`` are the other doors that were open then.
    """

    door: Door
    at: datetime
    others: list[Door]


def code_of(event: Event, now: datetime) -> Code:
    """Return the code that the screen of an event shows."""
    return codes.code_at(event.pk, now, key=_key())


def address_of(code: Code) -> str:
    """Return the address in the QR code on the screen."""
    return f"{settings.PUBLIC_URL}{reverse('self_check_in', args=[code.text])}"


def check_in_by_code(
    typed: str,
    *,
    user: User,
    now: datetime,
    participant: int | None = None,
    session: int | None = None,
    opened_at: datetime | None = None,
) -> CheckedIn:
    """Check somebody in whom the user stands for; a later check-in changes nothing.

    Whoever comes to a place that is offered to them accepts it.

    Args:
        typed: The code as it was typed or scanned.
        user: The user who checks in.
        now: The present time.
        participant: The id of who is meant, if the account stands for several people.
        session: As in :func:`arrival`.
        opened_at: As in :func:`arrival`.

    Raises:
        Invalid: The text cannot be a code; or the account has no such participant, or
            the event no such session.
        Conflict: As in :func:`arrival`; or the account stands for several people, and
            the request does not say who is meant (with ``participants``).
        NotAllowed: The person is not expected at this event.
        TooManyCodes: The user has tried too many wrong codes.
    """
    moments = _moments(now, opened_at)
    event = _event_of(typed, user, moments)
    offered = offered_people(user, event)
    person = own_place(event, user.pk, chosen=participant, offered=offered)
    if person is None:
        raise _not_on_roster(event)
    if refusal := why_not(person):
        raise refusal
    came = _arrival(event, moments, session)
    with transaction.atomic():
        accept_by_coming(person.person, user=user)
        return check_in(
            came.door.place,
            person,
            method=CheckInMethod.SELF,
            at=came.at,
            by=user,
            now=now,
        )


def arrival(
    typed: str,
    *,
    user: User,
    now: datetime,
    session: int | None = None,
    opened_at: datetime | None = None,
) -> tuple[Arrival, list[Participant]]:
    """Return where a code leads, and for whom the user may come, without writing.

    Only wrong codes are written, to count them. Those who may not check themselves in
    are among the people, if there is somebody who may.

    Args:
        typed: The code as it was typed or scanned.
        user: The user who checks in.
        now: The present time.
        session: The id of the session for which they come; None: the one that
            ``opening_hours.door_meant`` tells.
        opened_at: When they opened the page with this code, if that was lately: the
            code may have changed since, and the door may have closed.

    Raises:
        Invalid: The text cannot be a code, or the event has no such session.
        Conflict: The code has expired; the door is not open yet (with ``opens_at``) or
            no longer (with ``closed_at``); the event is cancelled.
        NotAllowed: Nobody for whom the user may come is expected at this event.
        TooManyCodes: The user has tried too many wrong codes.
    """
    moments = _moments(now, opened_at)
    event = _event_of(typed, user, moments)
    people = own_places(event, user.pk, offered=offered_people(user, event))
    if not people:
        raise _not_on_roster(event)
    refusals = [refusal for person in people if (refusal := why_not(person))]
    if len(refusals) == len(people):
        raise refusals[0]
    return _arrival(event, moments, session), people


def _moments(now: datetime, opened_at: datetime | None) -> list[datetime]:
    return [now] if opened_at is None else [opened_at, now]


def _arrival(event: Event, moments: list[datetime], session: int | None) -> Arrival:
    """Return where somebody stood at the first moment at which the door was open."""
    doors = doors_of(event)
    chosen = chosen_door(doors, session) if doors and session is not None else None
    for moment in moments:
        are_open = open_doors(doors, moment)
        if are_open and (chosen is None or chosen in are_open):
            door = chosen or are_open[0]
            others = [other for other in are_open if other != door]
            return Arrival(door, moment, others)
    now = moments[-1]
    raise why_closed(chosen or door_meant(doors, now), now)


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


def _not_on_roster(event: Event) -> NotAllowed:
    return NotAllowed(
        "not_on_roster",
        _("You are not on the roster of %(event)s. Please ask the staff at the door.")
        % {"event": event.title},
    )


def why_not(person: Participant) -> NotAllowed | None:
    """Return why somebody may not check themselves in; None if they may."""
    if person.registration in EXPECTED:
        return None
    if person.registration == Registration.WAITLISTED:
        return NotAllowed(
            "waitlisted",
            _("You are on the waiting list. Please ask the staff at the door."),
        )
    return NotAllowed(
        "not_registered",
        _("You are not registered. Please ask the staff at the door."),
    )


def _key() -> bytes:
    return hashlib.sha256(f"check-in codes\0{settings.SECRET_KEY}".encode()).digest()
