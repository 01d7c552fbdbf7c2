"""The places of an event, and who waits for one.

Attendees who are registered or walked in take a place each; hosts take none. Only who
registers on the public page is put on the waiting list when all are taken: organizers
may add whom they like. A place that becomes free goes to who has waited longest, as
long as the event is published and not over.

Source: docs/rules.md 150.
"""

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from events.models import (
    EXPECTED,
    Event,
    EventState,
    Participant,
    ParticipantRole,
    Registration,
    RegistrationMail,
    RegistrationNews,
)


def taken(event: Event) -> int:
    """Return how many of the places are taken."""
    return event.participants.filter(
        role=ParticipantRole.ATTENDEE, registration__in=EXPECTED
    ).count()


def waiting(event: Event) -> QuerySet[Participant]:
    """Return who is on the waiting list, in order."""
    return (
        event.participants.filter(registration=Registration.WAITLISTED)
        .alias(since=Coalesce("waitlisted_at", "created_at"))
        .order_by("since", "pk")
    )


def number_waiting(place: Participant) -> int:
    """Return which number somebody is who was on the waiting list when they were read.

    They may have moved up since.
    """
    since = place.waitlisted_at or place.created_at
    ahead = Q(since__lt=since) | Q(since=since, pk__lt=place.pk)
    return waiting(place.event).filter(ahead).count() + 1


def is_full(event: Event) -> bool:
    """Return whether all places are taken."""
    return event.capacity is not None and taken(event) >= event.capacity


def next_in_line(
    event: Event,
    *,
    now: datetime,
    but: Collection[int] = (),
    unlimited: bool = False,
) -> list[Participant]:
    """Return for whom there are free places; without a capacity nobody.

    Args:
        event: The event, which is locked.
        now: The present time.
        but: Ids of places that are passed over: who was just put on the waiting list.
        unlimited: There is room for everybody.
    """
    if event.state != EventState.SCHEDULED or now >= event.end:
        return []
    if unlimited:
        return list(waiting(event))
    if event.capacity is None:
        return []
    free = event.capacity - taken(event)
    return list(waiting(event).exclude(pk__in=but)[:free]) if free > 0 else []


def tell_later(
    places: Iterable[Participant], news: RegistrationNews, *, now: datetime
) -> None:
    """Let people be told by mail, if they have an address (``public/news.py``)."""
    for place in places:
        if place.email:
            RegistrationMail.objects.update_or_create(
                participant=place, defaults={"news": news, "due_at": now}
            )
