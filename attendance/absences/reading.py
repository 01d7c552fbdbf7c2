"""Reads announced absences, with everything that is told of them."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping

from django.db.models import Q

from attendance.decisions.place import Place
from attendance.models import AnnouncedAbsence
from attendance.models.answers import AnnouncedAbsenceQuerySet


def absences() -> AnnouncedAbsenceQuerySet:
    """Return all that stand, the newest first, with what is told of them loaded."""
    return AnnouncedAbsence.objects.filter(withdrawn_at=None).select_related(
        "participant__person",
        "participant__event__organization",
        "session",
        "announced_by",
        "settled_by",
    )


def absences_at(
    place: Place, people: Collection[int] | None = None
) -> Mapping[int, list[AnnouncedAbsence]]:
    """Return what was announced of a session, or an event, by participant id.

    What was announced of the event as a whole is told at each of its sessions, too.

    Args:
        place: The session, or the event.
        people: The participants; None: all of the event.
    """
    of_place = Q(session=None)
    if place.session is not None:
        of_place |= Q(session=place.session)
    rows = absences().filter(of_place, participant__event=place.event)
    if people is not None:
        rows = rows.filter(participant__in=people)
    found: dict[int, list[AnnouncedAbsence]] = defaultdict(list)
    for row in rows:
        found[row.participant_id].append(row)
    return found


def open_together(rows: Iterable[AnnouncedAbsence]) -> Mapping[int, int]:
    """Return how many more are open that were announced with each, by its id."""
    rows = list(rows)
    announced = AnnouncedAbsence.objects.open().filter(
        participant__in={row.participant_id for row in rows},
        announced_at__in={row.announced_at for row in rows},
    )
    numbers = Counter(announced.values_list("participant", "announced_at"))
    return {
        row.pk: numbers[row.participant_id, row.announced_at] - 1
        for row in rows
        if numbers[row.participant_id, row.announced_at]
    }
