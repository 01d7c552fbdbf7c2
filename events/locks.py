"""The locks of events; ``attendance/locks.py`` tells in which order all are taken."""

from collections.abc import Iterable

from django.db import connection

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


def lock_events(event_ids: Iterable[int]) -> None:
    """Lock the rows of events, by id."""
    rows = Event.objects.filter(pk__in=set(event_ids)).order_by("pk")
    list(rows.select_for_update(no_key=True).values_list("pk"))


def lock_links(organization_id: int) -> None:
    """Let two who say who an identity is do it one after the other.

    Of the whole organization: a link marks all events of its person as changed, so two
    in different events would wait for each other.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
            [f"link_identity {organization_id}"],
        )
