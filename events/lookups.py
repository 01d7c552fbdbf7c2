"""What somebody asks for by its id: what they may not see does not exist (404).

REST and pages ask here alike; who may change what they see, ``permissions.py`` says.
"""

from django.shortcuts import get_object_or_404

from events.models import Event, Organization, Participant, User


def visible_organization(user: User, pk: int) -> Organization:
    """Return an organization that the user belongs to.

    Raises:
        Http404: there is none, or they do not.
    """
    return get_object_or_404(Organization.objects.visible_to(user), pk=pk)


def visible_event(user: User, pk: int) -> Event:
    """Return an event that the user sees, with its organization.

    Raises:
        Http404: there is none, or they do not.
    """
    events = Event.objects.visible_to(user).select_related("organization")
    return get_object_or_404(events, pk=pk)


def visible_participant(user: User, pk: int) -> Participant:
    """Return somebody on a roster whom the user sees, with event and organization.

    Raises:
        Http404: there is nobody, or they do not.
    """
    people = Participant.objects.visible_to(user).select_related("event__organization")
    return get_object_or_404(people, pk=pk)
