"""Which of an account's own places a request is about.

Source: docs/rules.md 187.
"""

from django.http import Http404

from events.invitations.answering import offered_people
from events.models import Event, Participant, User
from events.people.lookups import own_place, own_places


def place_meant(
    user: User, event_id: int, *, chosen: int | None, with_offered: bool = False
) -> Participant:
    """Return the account's place at an event, with the event and its organization.

    Args:
        user: The account.
        event_id: The event.
        chosen: The id of the place that is meant, if the account has several.
        with_offered: Also places that are offered, and taken by answering.

    Raises:
        Http404: The account has no place there, whether there is such an event or not.
        Invalid: It has no place there with the chosen id.
        Conflict: It has several, which are listed, and none is chosen.
    """
    events = Event.objects.select_related("organization")
    event = events.filter(pk=event_id).first()
    if event is None:
        raise Http404
    offered = offered_people(user, event) if with_offered else []
    if not own_places(event, user.pk, offered=offered):
        raise Http404
    place = own_place(event, user.pk, chosen=chosen, offered=offered)
    if place is None:
        raise Http404
    place.event = event
    return place
