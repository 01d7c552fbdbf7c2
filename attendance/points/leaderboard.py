"""Points as people read them: one's own, and who of an organization has most.

Entries belong to participants; a person is all participants of one account, else of one
address, else the participant alone. Nothing here writes.

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

    One's own all; of people on one's rosters those of the organizations that one
    organizes.
    """
    entries = EngagementEntry.objects.filter(participant__user=user_id)
    if user_id == viewer.user.pk:
        return entries
    organized = [pk for pk in viewer.roles if viewer.organizes(pk)]
    return entries.filter(organization__in=organized)


def may_read_points(user_id: int, viewer: Viewer) -> bool:
    """Whether they are the viewer's own, or of somebody on a roster they organize."""
    organized = [pk for pk in viewer.roles if viewer.organizes(pk)]
    return (
        user_id == viewer.user.pk
        or Participant.objects.filter(
            user=user_id, event__organization__in=organized
        ).exists()
    )


def leaderboard(organization: Organization) -> QuerySet[Any]:
    """Return who has how many points, most first, as rows of values.

    Only people who show it on their profile, and only of events where they do; nobody
    with nothing. Who has as many shares the rank.
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
    """Return those whose leaderboard ``user`` may see: members, people on rosters."""
    on_rosters = Participant.objects.in_reports().filter(user=user)
    return Organization.objects.visible_to(user) | Organization.objects.filter(
        pk__in=on_rosters.values("event__organization")
    )
