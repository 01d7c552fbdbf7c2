"""Removing what demonstrations and simulations created, and nothing else.

It is known by its mark (``simulation/ownership.py``). An organization to which somebody
has added other events stays, with those events.
"""

import logging
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from attendance.models import (
    AnnouncedAbsence,
    Attendance,
    AttendanceChange,
    AuditSeal,
    ChangeReason,
    Contest,
    EngagementEntry,
    OwnAnswer,
)
from attendance_site.demo.schools import SCHOOLS
from attendance_site.simulation import lesson, ownership
from core.operations import logged
from events.models import (
    Event,
    Organization,
    Participant,
    Person,
    PersonChange,
    PersonChangeValues,
    User,
)
from notifications.models import AttendancePrompt
from sessions_app.models import (
    ConflictingDelivery,
    Connection,
    LiveSession,
    PresenceEvent,
)

logger = logging.getLogger(__name__)

SLUGS = (*(school.slug for school in SCHOOLS), lesson.SLUG)


@dataclass(slots=True)
class Purged:
    """The numbers of removed rows by name, and sentences about what was kept."""

    removed: dict[str, int] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)


def purge_demo() -> Purged:
    """Remove what demonstrations and simulations created in their organizations.

    Raises:
        ProgrammingError: the database role does not own the tables.
    """
    with logged(logger, "purge_demo", "The demonstration is removed.") as fields:
        purged = _remove_all()
        fields["removed"] = purged.removed
    return purged


@transaction.atomic
def _remove_all() -> Purged:
    with connection.cursor() as cursor:
        # With a reason, triggers of append-only tables let the owner pass.
        cursor.execute("SET LOCAL rollcall.maintenance = 'purge of the demonstration'")
    purged = Purged()
    organizations = list(ownership.organizations().values_list("pk", flat=True))
    events = list(ownership.events().values_list("pk", flat=True))
    _remove_events(events, purged)
    _remove_organizations(organizations, purged)
    for slug in Organization.objects.filter(slug__in=SLUGS).values_list(
        "slug", flat=True
    ):
        if not ownership.organizations().filter(slug=slug).exists():
            purged.kept.append(f"“{slug}” was made by somebody else: left alone.")
    if not ownership.organizations().exists():
        User.objects.filter(username=ownership.USERNAME, is_active=False).delete()
    return purged


def _remove_events(events: list[int], purged: Purged) -> None:
    # The lock waits for running calculations; later ones find none of these sessions.
    sessions = LiveSession.objects.filter(event__in=events).order_by("pk")
    ids = list(sessions.select_for_update().values_list("pk", flat=True))
    people = Participant.everybody.filter(event__in=events)
    changes = AttendanceChange.objects.filter(participant__in=people)
    persons = list(people.values_list("person", flat=True).distinct())
    _remove_facts(_rooms_of(ids), purged)
    for name, rows in (
        ("contested statuses", Contest.objects.filter(attendance__event__in=events)),
        (
            "announced absences",
            AnnouncedAbsence.objects.filter(participant__in=people),
        ),
        ("own answers", OwnAnswer.objects.filter(participant__in=people)),
        ("prompts", AttendancePrompt.objects.filter(participant__in=people)),
        ("reasons", ChangeReason.objects.filter(change__in=changes)),
        ("points", EngagementEntry.objects.filter(participant__in=people)),
        ("changes", changes),
        ("decisions", Attendance.objects.filter(event__in=events)),
        ("sessions", LiveSession.objects.filter(pk__in=ids)),
        ("places on rosters", people),
        ("events", Event.objects.filter(pk__in=events)),
    ):
        _remove(name, rows, purged)
    _remove_people(Person.objects.filter(pk__in=persons, places=None), purged)


def _remove_people(people: "QuerySet[Person]", purged: Purged) -> None:
    """Remove people without places, with all that is known of them."""
    ids = list(people.values_list("pk", flat=True))
    changes = PersonChange.objects.filter(person__in=ids)
    _remove("values", PersonChangeValues.objects.filter(change__in=changes), purged)
    _remove("changes of people", changes, purged)
    _remove("people", Person.objects.filter(pk__in=ids), purged)


def _rooms_of(sessions: list[int]) -> "QuerySet[LiveSession, str]":
    """Return the rooms of sessions, except those that other sessions use too."""
    others = LiveSession.objects.exclude(pk__in=sessions).values("room_name")
    return (
        LiveSession.objects.filter(pk__in=sessions)
        .exclude(room_name__in=others)
        .values_list("room_name", flat=True)
    )


def _remove_facts(rooms: Any, purged: Purged) -> None:
    facts = PresenceEvent.objects.filter(room_name__in=list(rooms))
    conflicts = ConflictingDelivery.objects.filter(
        event_id__in=facts.values("event_id")
    )
    _remove("conflicting deliveries", conflicts, purged)
    _remove("facts", facts, purged)
    _remove("connections", Connection.objects.filter(room_name__in=list(rooms)), purged)


def _remove_organizations(organizations: list[int], purged: Purged) -> None:
    """Remove organizations without events, with all facts about their rooms."""
    for organization in Organization.objects.filter(pk__in=organizations):
        left = organization.events.count()
        if left:
            purged.kept.append(
                f"“{organization.slug}” stays, with {left} of your own events."
            )
            continue
        prefix = Q(room_name__startswith=f"{organization.slug}_")
        rooms = PresenceEvent.objects.filter(prefix).values_list("room_name", flat=True)
        _remove_facts(rooms.distinct(), purged)
        _remove_people(organization.people.all(), purged)
        seals = AuditSeal.objects.filter(organization=organization)
        _remove("seals", seals, purged)
        _remove(
            "organizations", Organization.objects.filter(pk=organization.pk), purged
        )


def _remove(name: str, rows: "QuerySet[Any]", purged: Purged) -> None:
    _total, of_models = rows.delete()
    number = of_models.get(rows.model._meta.label, 0)
    purged.removed[name] = purged.removed.get(name, 0) + number
