"""Adding somebody to a roster: a person of the organization, or a new one.

Who is meant is decided by ``events/people/matching.py``.

Source: docs/rules.md 91, 92, 93.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.errors import Conflict, Invalid
from core.names import folded
from events.locks import lock_event, lock_people
from events.models import (
    NOT_REGISTERED,
    Event,
    Participant,
    Person,
    Registration,
    User,
)
from events.people.lookups import who_may_be_meant
from events.people.matching import (
    Doubtful,
    Given,
    Known,
    Meant,
    NumberTaken,
    who_is_meant,
)
from events.people.refusals import doubtful, number_taken
from events.people.services import create_person, update_person
from events.roster.asked import as_changes
from events.roster.enrolment import UNSET, Bound
from events.roster.places import change_participant, create_places
from events.roster.registration import has_begun, new_place


class Added(NamedTuple):
    """A place on a roster; ``matched`` says by what a known person was meant.

    ``is_new``: the place did not stand before.
    """

    participant: Participant
    is_new: bool
    matched: str = ""


@transaction.atomic
def add_participant(
    *,
    event: Event,
    name: str,
    email: str = "",
    external_id: str = "",
    person: int | None = None,
    new: bool = False,
    role: str = "",
    registration: str = Registration.REGISTERED,
    enrolled_from: Bound = UNSET,
    enrolled_until: Bound = UNSET,
    by: User | None = None,
    **values: Any,
) -> Added:
    """Add somebody to a roster: a person of the organization, or a new one.

    The account that is named is asked, and so is the one that has confirmed their
    address. A cancelled place, and that of an onlooker, is opened again.

    Args:
        event: The event of the roster.
        name: As typed, like the address and the number.
        email: "" if none.
        external_id: Their number in the organization; "" if none.
        person: The id of the one of the candidates who is meant.
        new: Whether it is a new person, in spite of candidates.
        role: Their role; "": that of a place that is opened again, else attendee.
        registration: How they are registered.
        enrolled_from: Since when they are enrolled; None: from the beginning. Without
            it from now on, if a session of the event has ended.
        enrolled_until: Until when; None: without an end.
        by: The user who adds them; None if no person does.
        values: ``user`` (the name of an account), ``time_zone`` and ``language``;
            empty ones change nothing.

    Raises:
        Conflict: They are on the roster already; it is doubtful who is meant (with
            ``candidates``); or somebody else has the number.
        Invalid: The organization has no such person; or the enrolment ends before it
            begins.
    """
    lock_people(event.organization_id)
    event = lock_event(event.pk)
    given = Given(name, email, external_id)
    known, matched = _known(event, given, person, new=new)
    asked = as_changes(role, registration, enrolled_from, enrolled_until)
    if known is None:
        place = _add_place(event, _new_person(event, given, values, by), asked, by)
        return Added(place, is_new=True)
    return _add_known(event, known, matched, given, values, asked, by)


def _new_person(
    event: Event, given: Given, values: dict[str, Any], by: User | None
) -> Person:
    account = values.pop("user", None)
    made = Person(
        organization_id=event.organization_id,
        name=given.name,
        email=given.email,
        external_id=given.external_id,
        **values,
    )
    return create_person(made, account=account, by=by)


def _add_known(
    event: Event,
    known: Known,
    matched: str,
    given: Given,
    values: Mapping[str, Any],
    asked: Mapping[str, Any],
    by: User | None,
) -> Added:
    """Give a known person a place, or open the one they have again."""
    someone = Person.objects.select_related("user").get(pk=known.person)
    # Also that of somebody who only looked, of which organizers are told nothing.
    place = Participant.everybody.filter(event=event, person=someone).first()
    is_taken = place is not None and place.registration not in NOT_REGISTERED
    if is_taken and matched != "name":
        raise _on_roster(someone, known)
    _must_not_differ(someone, given, values)
    if new_about := completed(someone, given, values):
        someone = update_person(person=someone, changes=new_about, by=by)
    if place is None:
        place = _add_place(event, someone, asked, by)
        return Added(place, is_new=True, matched=matched)
    if not is_taken:
        place = change_participant(participant=place, changes=asked, by=by)
    place.person = someone
    return Added(place, is_new=known.place is None, matched=matched)


def _add_place(
    event: Event, person: Person, asked: Mapping[str, Any], by: User | None
) -> Participant:
    now = timezone.now()
    place = new_place(event, person, asked, late=has_begun(event, now), now=now)
    create_places([place], by=by)
    return place


def _on_roster(person: Person, known: Known) -> Conflict:
    return Conflict(
        "on_roster",
        _("%(name)s is already on the roster.") % {"name": person.name},
        field="name",
        participant=known.place,
        person=person.pk,
    )


def _must_not_differ(person: Person, given: Given, values: Mapping[str, Any]) -> None:
    """Refuse a number or an account that differs from what the person has."""
    number, account = given.external_id, values.get("user")
    if number and person.external_id not in ("", number):
        raise Conflict(
            "other_number",
            _("%(name)s has another student number: %(number)s.")
            % {"name": person.name, "number": person.external_id},
            field="external_id",
            person=person.pk,
        )
    if account and person.user and folded(person.user.username) != folded(account):
        raise Conflict(
            "other_account",
            _("%(name)s has another account. Change it on their page.")
            % {"name": person.name},
            field="user",
            person=person.pk,
        )


def _known(
    event: Event, given: Given, person: int | None, *, new: bool
) -> tuple[Known | None, str]:
    """Return the known person who is meant, and by what; None: a new one."""
    chosen = [] if person is None else [person]
    index = who_may_be_meant(event, [given], chosen=chosen)
    try:
        meant = who_is_meant(given, index, person=person, new=new)
    except KeyError:
        raise Invalid(
            "does_not_exist",
            _("Nobody in the organization has this ID."),
            field="person",
        ) from None
    if isinstance(meant, Doubtful):
        raise doubtful(meant)
    if isinstance(meant, NumberTaken):
        raise number_taken(name=meant.owner.name, person=meant.owner.person)
    return (meant.person, meant.by) if isinstance(meant, Meant) else (None, "")


def who_may_be(event: Event, given: Given) -> Doubtful | None:
    """Return the people who may be meant, if that is doubtful."""
    meant = who_is_meant(given, who_may_be_meant(event, [given]))
    return meant if isinstance(meant, Doubtful) else None


def completed(
    person: Person, given: Given, values: Mapping[str, Any]
) -> dict[str, Any]:
    """Return what is new about a known person.

    Their name stays as it is written; an address or number that they have stays, too.
    """
    missing = {
        name: value
        for name, value in (("email", given.email), ("external_id", given.external_id))
        if not getattr(person, name)
    }
    said = {**missing, **values}
    has = {"user": person.account_name}
    return {k: v for k, v in said.items() if v and has.get(k, getattr(person, k)) != v}
