"""The locks of events; ``attendance/locks.py`` tells in which order all are taken."""

from events.models import Event


def lock_event(event_id: int) -> Event:
    """Lock an event's row and return it, with its organization.

    Whoever changes a roster does so first: it marks the event by triggers anyway, and
    two who did it later could wait for each other.

    Raises:
        Event.DoesNotExist: there is none.
    """
    return (
        Event.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organization")
        .get(pk=event_id)
    )
