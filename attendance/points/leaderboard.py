"""Queries for the points of a user and for the leaderboard of an organization.

Entries belong to participants. The leaderboard groups them by person: all participants
with the same account, else with the same email address, else the participant alone.
Nothing here writes.

Source: docs/rules.md 71.
"""

from typing import Any

from django.db.models import (
    Case,
    CharField,
    F,
    Max,
    QuerySet,
    Sum,
    Value,
    When,
    Window,
)
from django.db.models.functions import Cast, Concat, Lower, Rank

from attendance.models import EngagementEntry
from events.models import Organization, Participant, User
from events.permissions import Viewer

_PERSON = Case(
    When(
        participant__user__isnull=False,
        then=Concat(Value("account "), Cast("participant__user", CharField())),
    ),
    When(participant__email="", then=Cast("participant", CharField())),
    default=Lower("participant__email"),
    output_field=CharField(),
)


def entries_of(user_id: int, viewer: Viewer) -> QuerySet[EngagementEntry]:
    """Return the entries of a user that the viewer may read.

    All of them if the user is the viewer; else those in organizations where the viewer
    is an organizer.
    """
    entries = EngagementEntry.objects.filter(participant__person__user=user_id)
    if user_id == viewer.user.pk:
        return entries
    organized = [pk for pk in viewer.roles if viewer.organizes(pk)]
    return entries.filter(organization__in=organized)


def may_read_points(user_id: int, viewer: Viewer) -> bool:
    """Return whether the viewer is the user, or organizes an event they belong to."""
    organized = [pk for pk in viewer.roles if viewer.organizes(pk)]
    return (
        user_id == viewer.user.pk
        or Participant.objects.filter(
            user=user_id, event__organization__in=organized
        ).exists()
    )


def leaderboard(organization: Organization) -> QuerySet[Any]:
    """Return rows of ``rank``, ``name``, ``user`` and ``total``, most points first.

    Only points from events where the person shows them on the profile are included, and
    only people who have any. People with equally many points share a rank.
    """
    return (
        EngagementEntry.objects.filter(
            organization=organization, participant__show_on_profile=True
        )
        .order_by()
        .annotate(person=_PERSON)
        .values("person")
        .annotate(
            total=Sum("points"),
            user=Max("participant__user"),
            name=Max("participant__name"),
        )
        .filter(total__gt=0)
        .annotate(rank=Window(Rank(), order_by=F("total").desc()))
        .order_by("-total", "name", "person")
    )


def organizations_on_leaderboards_of(user: User) -> QuerySet[Organization]:
    """Return the organizations that ``user`` belongs to, or is on a roster of."""
    on_rosters = Participant.objects.in_reports().filter(user=user)
    return Organization.objects.visible_to(user) | Organization.objects.filter(
        pk__in=on_rosters.values("event__organization")
    )
