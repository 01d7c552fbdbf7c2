"""Changing many places on a roster at once.

Source: docs/rules.md 103.
"""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from events.locks import lock_event, lock_people
from events.models import Event, Participant, User
from events.people.changes import record
from events.roster.enrolment import UNSET, Bound
from events.roster.places import (
    COLUMNS_OF_PLACE,
    act_of,
    enrol,
    has_begun,
    register,
    values_of,
)
from events.signals import roster_changed

PLACES_AT_ONCE = 1000


@transaction.atomic
def change_participants(
    *,
    event: Event,
    participants: Collection[int],
    registration: str = "",
    enrolled_from: Bound = UNSET,
    enrolled_until: Bound = UNSET,
    by: User | None,
) -> int:
    """Change the registration and enrolment of many people; all of them or nobody.

    Args:
        event: The event of the roster.
        participants: Ids of places; those of other events are left alone.
        registration: The new registration; "" changes none.
        enrolled_from: Since when; None: from the beginning.
        enrolled_until: Until when; None: without an end.
        by: The user who changes them; None if no person does.

    Returns:
        How many were changed.

    Raises:
        Conflict: Somebody who cancelled is to be enrolled longer.
        Invalid: An enrolment ends before it begins.
    """
    lock_people(event.organization_id)
    event = lock_event(event.pk)
    now = timezone.now()
    late = has_begun(event, now)
    bounds = {"enrolled_from": enrolled_from, "enrolled_until": enrolled_until}
    changes = {name: bound for name, bound in bounds.items() if bound is not UNSET}
    acts, changed = [], []
    for place in event.participants.filter(pk__in=participants).order_by("pk"):
        before = values_of(place)
        register(place, registration or place.registration, now, late=late)
        enrol(place, changes, now)
        act = act_of(place, before)
        if act.before != act.after:
            acts.append(act)
            changed.append(place)
    if changed:
        Participant.objects.bulk_update(changed, COLUMNS_OF_PLACE, PLACES_AT_ONCE)
        record(acts, organization_id=event.organization_id, by=by)
        ids = [place.pk for place in changed]
        roster_changed.send(Participant, event=event, participants=ids)
    return len(changed)
