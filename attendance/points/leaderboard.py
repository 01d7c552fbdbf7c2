"""Queries for the points of a user and for the leaderboard of an organization.

Entries belong to participants, and a person's points are those of all their places.
Nothing here writes.

Source: docs/rules.md 71.
"""

from typing import Any

from django.db.models import F, QuerySet, Sum, Window
from django.db.models.functions import Rank

from attendance.models import EngagementEntry
from events.models import (
    NOT_REGISTERED,
    Organization,
    Participant,
    ParticipantRole,
    User,
)
from events.permissions import Viewer


def entries_of(user_id: int, viewer: Viewer) -> QuerySet[EngagementEntry]:
    """Return the entries of a user that the viewer may read.

    All of them if the user is the viewer; else those in organizations where the viewer
    is an organizer.
    """
    entries = EngagementEntry.objects.filter(participant__person__user=user_id)
    if user_id == viewer.user.pk:
        return entries
    return entries.filter(organization__in=viewer.organized())


def per_person(entries: QuerySet[EngagementEntry]) -> QuerySet[Any]:
    """Return rows of ``person``, ``name`` and ``total``, by name."""
    return (
        entries.order_by()
        .values(person=F("participant__person"), name=F("participant__person__name"))
        .annotate(total=Sum("points"))
        .order_by("name", "person")
    )


def may_read_points(user_id: int, viewer: Viewer) -> bool:
    """Return whether the viewer is the user, or organizes an event they belong to."""
    return (
        user_id == viewer.user.pk
        or Participant.objects.filter(
            person__user=user_id, event__organization__in=viewer.organized()
        ).exists()
    )


def leaderboard(organization: Organization) -> QuerySet[Any]:
    """Return rows of ``rank``, ``person``, ``name``, ``user`` and ``total``.

    Those with the most points come first; people with equally many share a rank. Only
    attendees who take part are listed, if they have any points.
    """
    return (
        EngagementEntry.objects.filter(
            organization=organization,
            participant__person__show_on_leaderboard=True,
            participant__role=ParticipantRole.ATTENDEE,
        )
        .order_by()
        .values(
            person=F("participant__person"),
            name=F("participant__person__name"),
            user=F("participant__person__user"),
        )
        .annotate(total=Sum("points"))
        .filter(total__gt=0)
        .annotate(rank=Window(Rank(), order_by=F("total").desc()))
        .order_by("-total", "name", "person")
    )


def organizations_on_leaderboards_of(user: User) -> QuerySet[Organization]:
    """Return the organizations that ``user`` belongs to, or is on a roster of."""
    on_rosters = Participant.objects.filter(person__user=user).exclude(
        registration__in=NOT_REGISTERED
    )
    return Organization.objects.visible_to(user) | Organization.objects.filter(
        pk__in=on_rosters.values("event__organization")
    )
