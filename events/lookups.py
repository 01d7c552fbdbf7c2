"""Looking up rows by id, for REST and pages; what a user may not see is a 404.

Who may change what they see is in ``permissions.py``.
"""

from django.shortcuts import get_object_or_404

from events.models import Event, Organization, Participant, User


def visible_organization(user: User, pk: int) -> Organization:
    """Return an organization that the user belongs to.

    Raises:
        Http404: it does not exist, or the user does not belong to it.
    """
    return get_object_or_404(Organization.objects.visible_to(user), pk=pk)


def visible_event(user: User, pk: int) -> Event:
    """Return an event that the user may see, with its organization.

    Raises:
        Http404: it does not exist, or the user may not see it.
    """
    events = Event.objects.visible_to(user).select_related("organization")
    return get_object_or_404(events, pk=pk)


def visible_participant(user: User, pk: int) -> Participant:
    """Return a participant whom the user may see, with event and organization.

    Raises:
        Http404: they do not exist, or the user may not see them.
    """
    people = Participant.objects.visible_to(user).select_related("event__organization")
    return get_object_or_404(people, pk=pk)
