"""Changing many places on a roster at once.

Source: docs/rules.md 103.
"""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from events.locks import lock_event, lock_people
from events.models import Event, User
from events.roster.enrolment import UNSET, Bound
from events.roster.places import update_places, values_of
from events.roster.registration import apply_changes, has_begun


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
    asked = {
        "registration": registration or UNSET,
        "enrolled_from": enrolled_from,
        "enrolled_until": enrolled_until,
    }
    changes = {name: value for name, value in asked.items() if value is not UNSET}
    changed = []
    for place in event.participants.filter(pk__in=participants).order_by("pk"):
        before = values_of(place)
        place.event = event
        apply_changes(place, changes, late=late, now=now)
        changed.append((place, before))
    return update_places(changed, by=by)
