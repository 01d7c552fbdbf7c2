"""Who on a roster has no account, and whom of those nobody has invited yet."""

from django.db.models import Exists, OuterRef, QuerySet

from events.models import NOT_REGISTERED, Event, Invitation, Participant


def without_account(event: Event) -> QuerySet[Participant]:
    """Return the places of people without an account, by name."""
    places = event.participants.filter(person__user=None)
    return (
        places.exclude(registration__in=NOT_REGISTERED)
        .select_related("person__organization")
        .order_by("person__name", "pk")
    )


def number_not_invited(event: Event) -> int:
    """Return how many of them have no invitation that seems to be open."""
    invited = Invitation.objects.seeming_open().filter(person=OuterRef("person"))
    return without_account(event).filter(~Exists(invited)).count()
