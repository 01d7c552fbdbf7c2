"""Where an account finds the personal pages of its own places.

Source: docs/rules.md 175.
"""

from typing import NamedTuple

from events.models import Event, Participant, User
from events.roster.personal_links import personal_path

AT_MOST = 50


class OwnPage(NamedTuple):
    """The personal page of one of the account's places."""

    name: str
    event: Event
    path: str


def own_pages(user: User) -> list[OwnPage]:
    """Return the personal pages of an account's places, the latest events first."""
    places = Participant.objects.in_reports().filter(person__user=user)
    latest = places.select_related("event__organization").order_by(
        "-event__starts_at", "person__name", "pk"
    )
    return [
        OwnPage(place.name, place.event, personal_path(place))
        for place in latest[:AT_MOST]
    ]
