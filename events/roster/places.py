"""Storing places of rosters: each change is logged, and whoever made room is followed.

Source: docs/rules.md 94, 97, 150.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC
from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone

from core.spans import Span, united
from core.sql import update_rows
from events.locks import lock_event, lock_people
from events.models import (
    EXPECTED,
    Event,
    Participant,
    Registration,
    RegistrationNews,
    User,
)
from events.people.changes import Act, difference, record
from events.people.services import COLUMNS, update_person
from events.roster.registration import apply_changes, has_begun, register
from events.roster.waiting_list import next_in_line, tell_later
from events.signals import roster_changed


@transaction.atomic
def change_participant(
    *, participant: Participant, changes: Mapping[str, Any], by: User | None = None
) -> Participant:
    """Write changes of a place, and of its person.

    Args:
        participant: The place.
        changes: New values by name: those of the person, ``role``, ``registration``,
            ``enrolled_from`` and ``enrolled_until`` (of the latest span).
        by: The user who changes them; None if no person does.

    Raises:
        Conflict: Somebody who cancelled is to be enrolled longer; or somebody else has
            the number.
        Invalid: The enrolment ends before it begins.
        Http404: The place was removed meanwhile.
    """
    event = participant.event
    lock_people(event.organization_id)
    lock_event(event.pk)
    of_person = {name: changes[name] for name in COLUMNS if name in changes}
    if of_person:
        update_person(person=participant.person, changes=of_person, by=by)
    place: Participant = get_object_or_404(
        Participant.everybody.select_related("event__organization"), pk=participant.pk
    )
    before = values_of(place)
    now = timezone.now()
    late = "registration" in changes and has_begun(place.event, now)
    apply_changes(place, changes, late=late, now=now)
    update_places([(place, before)], by=by)
    return place


def rejoin(
    place: Participant,
    registration: str,
    *,
    during: Span | None = None,
    by: User | None,
) -> Participant:
    """Register somebody who is not expected, such as a walk-in who had cancelled.

    The caller has locked the event.

    Args:
        place: Their place, as somebody may have read it before the lock.
        registration: Their new registration.
        during: The session to which somebody came who had cancelled: they are enrolled
            for it alone, and expected at no other. None: from now on.
        by: The user who registers them; None if no person does.

    Returns:
        The place, as it is now.
    """
    place = Participant.everybody.select_related("event").get(pk=place.pk)
    if place.registration in EXPECTED:
        return place
    before = values_of(place)
    now = timezone.now()
    past = place.enrolled if place.registration == Registration.CANCELLED else None
    register(place, registration, late=has_begun(place.event, now), now=now)
    if during is not None and past is not None:
        place.enrolled = united((*past, during))
    update_places([(place, before)], by=by)
    return place


def create_places(new: Sequence[Participant], *, by: User | None) -> None:
    """Store new places on the roster of one event.

    The caller has locked the people of the organization, and the event.
    """
    Participant.objects.bulk_create(new)
    acts = [act_of(one, {}) for one in new]
    if new:
        record(acts, organization_id=new[0].event.organization_id, by=by)


def update_places(
    changed: Iterable[tuple[Participant, Mapping[str, Any]]], *, by: User | None
) -> int:
    """Store changes of places on the roster of one event; return how many there are.

    Who made room lets others move up. The caller has locked the people of the
    organization, and the event.

    Args:
        changed: The places, and their values before (:func:`values_of`).
        by: The user who changes them; None if no person does.
    """
    acts = [(place, act_of(place, before)) for place, before in changed]
    acts = [(place, act) for place, act in acts if act.before != act.after]
    if not acts:
        return 0
    event = acts[0][0].event
    _store(event, acts, by)
    let_move_up(event, but=[place.pk for place, _act in acts])
    return len(acts)


def _store(
    event: Event, acts: Sequence[tuple[Participant, Act]], by: User | None
) -> None:
    columns = [
        "role",
        "registration",
        "enrolled",
        "cancelled_at",
        "waitlisted_at",
        "only_looked",
    ]
    update_rows([place for place, _act in acts], columns)
    record([act for _place, act in acts], organization_id=event.organization_id, by=by)
    ids = [place.pk for place, _act in acts]
    roster_changed.send(Participant, event=event, participants=ids)


def let_move_up(
    event: Event, *, but: Collection[int] = (), unlimited: bool = False
) -> None:
    """Give free places to the first of the waiting list, who are told by mail.

    The caller has locked the people of the organization, and the event.

    Args:
        event: The event, as it is now.
        but: Ids of places that are passed over: who was just put on the waiting list.
        unlimited: There is room for everybody, because the limit was lifted.
    """
    now = timezone.now()
    moved = []
    for place in next_in_line(event, now=now, but=but, unlimited=unlimited):
        before = values_of(place)
        place.event = event
        late = has_begun(event, now)
        register(place, Registration.REGISTERED, late=late, now=now)
        moved.append((place, act_of(place, before)))
    if moved:
        _store(event, moved, None)
        places = [place for place, _act in moved]
        tell_later(places, RegistrationNews.MOVED_UP, now=now)


def values_of(place: Participant) -> dict[str, Any]:
    """Return the values of a place as they are logged; none of who only looked."""
    if place.only_looked:
        return {}
    return {
        "role": str(place.role),
        "registration": str(place.registration),
        "enrolled": [
            [bound and bound.astimezone(UTC).isoformat() for bound in span]
            for span in place.enrolled
        ],
    }


def act_of(place: Participant, before: Mapping[str, Any]) -> Act:
    """Return what was changed of a place, for the log; ``before`` is empty if added."""
    after = values_of(place)
    told = difference(before, after) if before else (None, after or None)
    return Act(place.person_id, place.event_id, *told)
