"""Services that remove places from rosters, if nothing hangs on them.

Whoever has a decision, was seen or has a linked identity stays on the roster: their
registration can be cancelled, which keeps what was decided.

Source: docs/rules.md 101, 102.
"""

from collections.abc import Collection, Sequence
from typing import NamedTuple

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from events.locks import lock_event, lock_people
from events.models import Event, KnownIdentity, Participant, User
from events.people.changes import Act, record
from events.removal import Hanging, begin_removal, hangs_on, must_be_bare
from events.roster.places import let_move_up, values_of


class Removed(NamedTuple):
    """How many places were removed, and the people who stay because of something."""

    number: int
    kept: list[Participant]


@transaction.atomic
def remove_participant(*, participant: Participant, by: User | None) -> None:
    """Remove one place.

    Raises:
        Conflict: Something hangs on it.
    """
    event = participant.event
    lock_people(event.organization_id)
    lock_event(event.pk)
    hanging = hangs_on_places([participant.pk]).get(participant.pk, ())
    must_be_bare(hanging, _("Cancel the registration instead."))
    remove_places([participant], by=by)


@transaction.atomic
def remove_participants(
    *, event: Event, participants: Collection[int], by: User | None
) -> Removed:
    """Remove those of the places on which nothing hangs; the others stay."""
    lock_people(event.organization_id)
    bare, kept = bare_places(event, participants)
    remove_places(bare, by=by)
    return Removed(len(bare), kept)


@transaction.atomic
def bare_places(
    event: Event, participants: Collection[int]
) -> tuple[list[Participant], list[Participant]]:
    """Return those of the places that can be removed, and the others, by name.

    Until the transaction ends nobody can decide about them.
    """
    lock_event(event.pk)
    places = event.participants.filter(pk__in=participants)
    hanging = hangs_on_places(participants)
    bare: list[Participant] = []
    kept: list[Participant] = []
    for place in places.order_by("person__name", "pk"):
        (kept if place.pk in hanging else bare).append(place)
    return bare, kept


def hangs_on_places(places: Collection[int]) -> dict[int, set[Hanging]]:
    """Return what hangs on places: also identities that were linked in their event."""
    found = hangs_on(Participant, places)
    linked = Participant.objects.filter(
        pk__in=places, person__known_identities__event=F("event")
    )
    for place in linked.values_list("pk", flat=True):
        found.setdefault(place, set()).add(Hanging.LINKS)
    return found


def hangs_on_links(**of: object) -> set[Hanging]:
    """Return whether any identity is linked to a person, or in an event."""
    any_link = KnownIdentity.objects.filter(**of).exists()
    return {Hanging.LINKS} if any_link else set()


def remove_places(places: Sequence[Participant], *, by: User | None) -> None:
    """Delete places of one organization on which nothing hangs, and log it.

    Others move up. The caller has locked the people and the events.
    """
    removed = list(places)
    if not removed:
        return
    ids = [place.pk for place in removed]
    begin_removal(Participant, ids)
    acts = [Act(one.person_id, one.event_id, values_of(one), None) for one in removed]
    record(acts, organization_id=removed[0].person.organization_id, by=by)
    Participant.objects.filter(pk__in=ids).delete()
    limited = Event.objects.filter(capacity__isnull=False)
    for event in limited.filter(pk__in={place.event_id for place in removed}):
        let_move_up(event)
