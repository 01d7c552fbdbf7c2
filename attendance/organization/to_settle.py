"""How much of what people say waits for an organizer: contests, announced absences.

Source: docs/rules.md 192, 210.
"""

from collections.abc import Collection
from typing import Any, NamedTuple

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from attendance.models import AnnouncedAbsence, Contest
from events.models import Event, Organization


class ToSettle(NamedTuple):
    """The numbers of one organization."""

    organization: Organization
    contests: int
    absences: int


def to_settle(organizations: Collection[int]) -> list[ToSettle]:
    """Return the organizations in which anything waits, by name; one query.

    Args:
        organizations: The ids of those to look at.
    """
    if not organizations:
        return []
    found: Any = Organization.objects.filter(pk__in=organizations).annotate(
        contests=_number(Contest.objects.open(), "organization"),
        absences=_number(AnnouncedAbsence.objects.open(), "organization"),
    )
    waits = found.filter(Q(contests__gt=0) | Q(absences__gt=0)).order_by("name", "pk")
    return [ToSettle(each, each.contests, each.absences) for each in waits]


def to_settle_of(event: Event) -> ToSettle:
    """Return the numbers of one event; one query."""
    numbers = Event.objects.filter(pk=event.pk).values_list(
        _number(Contest.objects.open(), "attendance__event"),
        _number(AnnouncedAbsence.objects.open(), "participant__event"),
    )
    contests, absences = numbers.get()
    return ToSettle(event.organization, contests, absences)


def _number(rows: QuerySet[Any], of: str) -> Coalesce:
    """Return the expression of how many rows refer to the outer row by ``of``."""
    own = rows.filter(**{of: OuterRef("pk")}).order_by().values(of)
    return Coalesce(Subquery(own.annotate(n=Count("pk")).values("n")), 0)
