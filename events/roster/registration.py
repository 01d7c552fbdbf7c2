"""How somebody is registered, and the enrolment that follows; nothing is stored here.

Since when somebody is enrolled is decided by ``enrolment.py``.

Source: docs/rules.md 93, 94.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from core.errors import Conflict
from core.spans import Span, Spans, united
from events.models import (
    Event,
    Participant,
    ParticipantRole,
    Person,
    Registration,
)
from events.roster.asked import bounds_of, must_be_in_order
from events.roster.enrolment import (
    after_registration,
    first_spans,
    with_latest,
)


def new_place(
    event: Event, person: Person, asked: Mapping[str, Any], *, late: bool, now: datetime
) -> Participant:
    """Return a place that is not stored yet.

    Args:
        event: The event of the roster.
        person: Who gets it.
        asked: What is asked for about it, as for :func:`change_participant`.
        late: Whether a session of the event has ended.
        now: The present time.

    Raises:
        Conflict: Somebody who cancelled is to be enrolled later than now.
        Invalid: The enrolment ends before it begins.
    """
    registration = asked.get("registration", Registration.REGISTERED)
    place = Participant(
        event=event,
        person=person,
        role=asked.get("role", ParticipantRole.ATTENDEE),
        registration=registration,
        cancelled_at=now if registration == Registration.CANCELLED else None,
        waitlisted_at=now if registration == Registration.WAITLISTED else None,
    )
    spans = first_spans(registration, **bounds_of(asked), late=late, now=now)
    _enrol(place, spans, now)
    return place


def apply_changes(
    place: Participant, changes: Mapping[str, Any], *, late: bool, now: datetime
) -> None:
    """Change a place that stands, without storing it.

    Raises:
        Conflict: Somebody who cancelled is to be enrolled longer.
        Invalid: The enrolment ends before it begins.
    """
    place.role = changes.get("role", place.role)
    registration = changes.get("registration", place.registration)
    register(place, registration, late=late, now=now)
    spans = with_latest(place.enrolled, **bounds_of(changes))
    if spans != place.enrolled:
        _enrol(place, spans, now)


def register(
    place: Participant, registration: str, *, late: bool, now: datetime
) -> None:
    """Set the registration of a place, and the enrolment that follows from it.

    Raises:
        Conflict: Somebody who was on the roster would become an onlooker, whose past
            nobody sees.
    """
    if place.registration == registration:
        return
    if registration == Registration.VIEWED:
        raise Conflict(
            "no_onlooker",
            _("%(name)s is on the roster. Cancel the registration instead.")
            % {"name": place.name},
            field="registration",
        )
    place.enrolled = after_registration(
        place.enrolled,
        place.registration,
        registration,
        late=late,
        now=now,
    )
    place.registration, place.only_looked = registration, False
    is_cancelled = registration == Registration.CANCELLED
    place.cancelled_at = now if is_cancelled else None
    place.waitlisted_at = now if registration == Registration.WAITLISTED else None


def _enrol(place: Participant, spans: Spans, now: datetime) -> None:
    """Set the enrolment, of which the latest span may have been asked for."""
    latest = spans[-1] if spans else Span(None, now)
    must_be_in_order(latest)
    if place.cancelled_at and (latest.end is None or latest.end > now):
        raise Conflict(
            "cancelled",
            _("%(name)s has cancelled. Register them again first.")
            % {"name": place.name},
            field="enrolled_until",
        )
    place.enrolled = united(spans)


def has_begun(event: Event, now: datetime) -> bool:
    """Return whether a session of the event has ended."""
    sessions = event.sessions.filter(cancelled_at=None)
    ended = sessions.annotate(end_at=Coalesce("ended_at", "ends_at"))
    return ended.filter(end_at__lte=now).exists()
