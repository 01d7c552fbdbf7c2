"""Reading the log of changes of people."""

from typing import Any

from events.models import Person, PersonChange


def changes_of(person: Person) -> list[tuple[str, Any, Any]]:
    """Who changed what, oldest first: a user name, the values before and after."""
    changes = PersonChange.objects.filter(person=person).order_by("pk")
    return [
        (change.actor.username if change.actor else "", *values_of(change))
        for change in changes.select_related("actor", "values")
    ]


def values_of(change: PersonChange) -> tuple[Any, Any]:
    return change.values.before, change.values.after
