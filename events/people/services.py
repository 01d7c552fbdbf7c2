"""Services that write people.

Source: docs/rules.md 98, 99.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from core.addresses import folded_address
from core.errors import NotAllowed
from core.sql import update_rows
from events.accounts.addresses import account_of_address
from events.locks import lock_people
from events.models import Organization, Person, User
from events.people.changes import Act, difference, record
from events.people.lookups import who_may_be_meant_anywhere
from events.people.matching import (
    Doubtful,
    Given,
    Meant,
    NumberTaken,
    who_is_meant,
)
from events.people.refusals import doubtful, known_already, number_taken

# What people are known by; everything else of theirs is per event.
COLUMNS = ("name", "email", "external_id", "user", "time_zone", "language")


def values_of(person: Person) -> dict[str, Any]:
    """Return the values of a person as they are logged."""
    values = {name: getattr(person, name) for name in COLUMNS}
    return values | {
        "user": person.user.username if person.user else None,
        "show_on_leaderboard": person.show_on_leaderboard,
    }


@transaction.atomic
def add_person(
    *,
    organization: Organization,
    name: str,
    email: str = "",
    external_id: str = "",
    new: bool = False,
    by: User | None,
    **values: Any,
) -> Person:
    """Add somebody to the people of an organization, on no roster.

    They get the account that has verified their address, unless one is named.

    Args:
        organization: The organization.
        name: As typed.
        email: As typed; "" if none.
        external_id: Their number in the organization; "" if none.
        new: Whether it is a new person, in spite of who it may be.
        by: The user who adds them.
        values: Account (``user``), ``time_zone`` and ``language``.

    Raises:
        Conflict: They are known already; it is doubtful whether they are (with
            ``candidates``); or somebody else has the number.
    """
    lock_people(organization.pk)
    given = Given(name, email, external_id)
    index = who_may_be_meant_anywhere(organization.pk, given)
    meant = who_is_meant(given, index, new=new)
    if isinstance(meant, Meant):
        raise known_already(meant.person)
    if isinstance(meant, Doubtful):
        raise doubtful(meant)
    if isinstance(meant, NumberTaken):
        raise number_taken(name=meant.owner.name, person=meant.owner.person)
    if not values.get("user"):
        values["user"] = account_of_address(email)
    typed = {"name": name, "email": email, "external_id": external_id}
    person = Person(organization=organization, **typed, **values)
    [made] = create_people([person], by=by)
    return made


def create_people(people: Iterable[Person], *, by: User | None) -> list[Person]:
    """Store new people of one organization; each has its account, if any.

    The caller has locked the people of the organization.
    """
    made = Person.objects.bulk_create(people)
    acts = [Act(person.pk, None, None, _given(values_of(person))) for person in made]
    if made:
        record(acts, organization_id=made[0].organization_id, by=by)
    return made


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


@transaction.atomic
def update_person(
    *, person: Person, changes: Mapping[str, Any], by: User | None
) -> Person:
    """Write changes of a person.

    If they have no account, a new address gives them the account that verified it.

    Args:
        person: The person.
        changes: New values by column.
        by: The user who changes them; None if no person does.

    Raises:
        Conflict: Somebody else of the organization has the number.
        Http404: The person was deleted meanwhile.
    """
    lock_people(person.organization_id)
    locked = get_object_or_404(Person.objects.select_related("user"), pk=person.pk)
    _must_be_free(changes.get("external_id", ""), locked)
    before = values_of(locked)
    had_no_account = locked.user is None
    for name, value in changes.items():
        setattr(locked, name, value)
    if "user" not in changes and locked.user is None and changes.get("email"):
        locked.user = account_of_address(locked.email)
    if had_no_account and locked.user and not changes.get("show_on_leaderboard"):
        # From now on they decide themselves.
        locked.show_on_leaderboard = False
    locked.save()
    act = Act(locked.pk, None, *difference(before, values_of(locked)))
    record([act], organization_id=locked.organization_id, by=by)
    return locked


def _must_be_free(number: str, person: Person) -> None:
    if not number:
        return
    others = Person.objects.exclude(pk=person.pk)
    owner = others.filter(
        organization=person.organization_id, external_id=number
    ).first()
    if owner:
        raise number_taken(name=owner.name, person=owner.pk)


def update_people(
    changes: Iterable[tuple[Person, Mapping[str, Any]]], *, by: User | None
) -> None:
    """Write changes of many people of one organization, each by column.

    The caller has locked the people of the organization, and read them since.
    """
    acts = []
    changed = []
    for person, new in changes:
        before = values_of(person)
        for name, value in new.items():
            setattr(person, name, value)
        act = Act(person.pk, None, *difference(before, values_of(person)))
        if act.before != act.after:
            acts.append(act)
            changed.append(person)
    if changed:
        update_rows(changed, [*COLUMNS, "folded_name", "folded_email"])
        record(acts, organization_id=changed[0].organization_id, by=by)


@transaction.atomic
def organize_person(*, person: Person, changes: Mapping[str, Any], by: User) -> Person:
    """Write what an organizer changes of a person.

    Raises:
        Conflict: somebody else has the number.
        NotAllowed: whether somebody with an account is on the leaderboard is up to
            them.
    """
    lock_people(person.organization_id)
    person = Person.objects.get(pk=person.pk)
    shown = changes.get("show_on_leaderboard", person.show_on_leaderboard)
    owners = {person.user, changes.get("user", person.user)} - {None, by}
    if shown != person.show_on_leaderboard and owners:
        raise NotAllowed(
            "their_own_decision",
            _("%(name)s has an account: only they decide about the leaderboard.")
            % {"name": person.name},
            field="show_on_leaderboard",
        )
    return update_person(person=person, changes=changes, by=by)


def give_account(*, user: User) -> int:
    """Give all people with the user's address, and no account, this account.

    Returns:
        How many people have it now who had none.
    """
    people = Person.objects.filter(
        folded_email=folded_address(user.email), user=None
    ).order_by("organization")  # In which their locks are taken.
    given = 0
    for person in people:
        lock_people(person.organization_id)
        if Person.objects.filter(pk=person.pk, user=None).exists():
            update_person(person=person, changes={"user": user}, by=None)
            given += 1
    return given
