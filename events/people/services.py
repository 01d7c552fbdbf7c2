"""Services that write people.

Source: docs/rules.md 91, 97.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction

from core.addresses import folded_address
from core.sql import update_rows
from events.accounts.addresses import account_of_address
from events.locks import lock_people
from events.models import Person, User
from events.people.changes import Act, difference, record

# What people are known by; everything else of theirs is per event.
COLUMNS = ("name", "email", "external_id", "user", "time_zone", "language")


def values_of(person: Person) -> dict[str, Any]:
    """Return the values of a person as they are logged."""
    values = {name: getattr(person, name) for name in COLUMNS}
    return values | {"user": person.user.username if person.user else None}


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
        IntegrityError: another person of the organization has the number; answered
            with 409.
    """
    lock_people(person.organization_id)
    locked = Person.objects.select_related("user").get(pk=person.pk)
    before = values_of(locked)
    for name, value in changes.items():
        setattr(locked, name, value)
    if "user" not in changes and locked.user is None and changes.get("email"):
        locked.user = account_of_address(locked.email)
    locked.save()
    act = Act(locked.pk, None, *difference(before, values_of(locked)))
    record([act], organization_id=locked.organization_id, by=by)
    return locked


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


def give_account(*, user: User) -> int:
    """Give all people with the user's address, and no account, this account.

    Returns:
        How many people have it now who had none.
    """
    people = Person.objects.filter(
        folded_email=folded_address(user.email), user=None
    ).order_by("organization")  # In which their locks are taken.
    for person in people:
        update_person(person=person, changes={"user": user}, by=user)
    return len(people)
