"""The locks of events; ``attendance/locks.py`` has the order of all locks."""

from collections.abc import Iterable

from django.db import connection

from events.models import Event


def lock_event(event_id: int) -> Event:
    """Lock an event's row and return it, with its organization.

    Changes of a roster take this lock first. Their triggers update the event's row
    anyway, and two transactions that locked it later could deadlock.

    Raises:
        Event.DoesNotExist: there is no event with this id.
    """
    return (
        Event.objects.select_for_update(of=("self",), no_key=True)
        .select_related("organization")
        .get(pk=event_id)
    )


def lock_events(event_ids: Iterable[int]) -> None:
    """Lock the rows of events, in the order of their ids."""
    rows = Event.objects.filter(pk__in=set(event_ids)).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk"))


def lock_people(organization_id: int) -> None:
    """Lock who is who in an organization: its people, and links of identities to them.

    One lock for the whole organization: two requests at once would else make two people
    of one, and a link marks all events of its person as changed, so that two
    transactions in different events could deadlock.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"people {organization_id}"],
        )
