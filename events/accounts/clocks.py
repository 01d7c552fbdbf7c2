"""The time zone in which a page shows times to its reader.

To somebody on the roster of an event that of their person, else that of their account,
else that of the event. Members of the organization see what belongs to others, so the
zone of a person of theirs does not count: that of the account, else of the event.

REST, and the files that it makes, have the zone of the event whoever asks; so have
forms and doors.

Source: docs/rules.md 136.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cached_property
from typing import Protocol

from django.db.models import Count, Max
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from core.times import has_clocks
from events.accounts.language import WORDLESS
from events.models import Event, Membership, Organization, Participant, User

WITHOUT_CLOCKS = (*WORDLESS, "/api/", "/admin/")


class Clocks(Protocol):
    """The clocks by which somebody reads times."""

    def zone_at(self, event: int, zone: str) -> str:
        """Return the zone of an event's times, whose own zone is ``zone``."""


class ClocksOfAccount:
    """Those of whoever is signed in; read by one query, once a time is shown."""

    def __init__(self, user: User) -> None:
        self._user = user

    def zone_at(self, event: int, zone: str) -> str:
        """Return the zone of an event's times, whose own zone is ``zone``."""
        return self._of_places.get(event) or self._user.time_zone or zone

    @cached_property
    def _of_places(self) -> Mapping[int, str]:
        """The zone of the account's places by event, where all of them have the same.

        A parent's may have several; for a superuser every event is one of members.
        """
        if self._user.is_superuser:
            return {}
        organizations = Membership.objects.filter(user=self._user)
        places = (
            Participant.objects.filter(person__user=self._user)
            .exclude(event__organization__in=organizations.values("organization"))
            .order_by()
            .values("event")
            .annotate(
                different=Count("person__time_zone", distinct=True),
                zone=Max("person__time_zone"),
            )
        )
        agreed = places.filter(different=1).exclude(zone="")
        return dict(agreed.values_list("event", "zone"))


class ClocksOfPlace:
    """Those of a person on a roster, whoever opens their personal link."""

    def __init__(self, place: Participant) -> None:
        self._zone = zone_of_place(place)

    def zone_at(self, event: int, zone: str) -> str:
        """Return the zone of an event's times, whose own zone is ``zone``."""
        return self._zone


def zone_of_place(place: Participant) -> str:
    """Return the zone in which somebody on a roster reads times of its event.

    That of the person, else of their account, else of the event; an unknown one falls
    back to the event's.
    """
    own = place.time_zone or (place.user.time_zone if place.user else "")
    candidates = (own, place.event.time_zone)
    return next((zone for zone in candidates if has_clocks(zone)), "UTC")


def zone_of_account(user: User) -> str:
    """Return the zone of times that belong to no event.

    That of the account, else of the organization to which it belongs the longest, as a
    member or by a place.
    """
    if user.time_zone:
        return user.time_zone
    places = Organization.objects.filter(people__user=user)
    found = Organization.objects.filter(memberships__user=user)
    for organizations in (found.order_by("memberships"), places.order_by("people")):
        if first := organizations.first():
            return first.time_zone
    return "UTC"


_clocks: ContextVar[Clocks | None] = ContextVar("clocks", default=None)


def zone_of(event: Event) -> str:
    """Return the zone in which the present page shows times of an event."""
    return zone_at(event.pk, event.time_zone)


def zone_at(event: int, zone: str) -> str:
    """Return the same, by the id of an event and its own zone."""
    clocks = _clocks.get()
    return clocks.zone_at(event, zone) if clocks else zone


def use_clocks(clocks: Clocks | None) -> None:
    """Show times by these clocks until the request ends."""
    _clocks.set(clocks)


@contextmanager
def by_clocks(clocks: Clocks | None) -> Iterator[None]:
    """Show times by these clocks meanwhile; None: by those of each event."""
    token = _clocks.set(clocks)
    try:
        yield
    finally:
        _clocks.reset(token)


class ClocksMiddleware:
    """Shows times of pages by the reader's clocks; after AuthenticationMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer by the reader's clocks."""
        if request.path_info.startswith(WITHOUT_CLOCKS):
            return self.get_response(request)
        user = request.user
        clocks = ClocksOfAccount(user) if isinstance(user, User) else None
        with by_clocks(clocks):
            return self.get_response(request)
