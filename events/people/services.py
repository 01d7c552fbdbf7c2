"""Services that write people.

Source: docs/rules.md 98, 99.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.addresses import folded_address
from core.errors import NotAllowed
from core.sql import update_rows
from events.invitations.naming import (
    ask_account,
    close_invitations,
    forget_named,
    name_account,
)
from events.invitations.offers import offer_places
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
from events.roster.personal_links import renew_links_of
from events.signals import mailboxes_changed

# What people are known by; everything else of theirs is per event.
COLUMNS = ("name", "email", "external_id", "user", "time_zone", "language")


def values_of(person: Person) -> dict[str, Any]:
    """Return the values of a person as they are logged."""
    values = {name: getattr(person, name) for name in COLUMNS}
    return values | {
        "user": person.user.username if person.user else None,
        "invited_account": person.invited_username or None,
        "show_on_leaderboard": person.show_on_leaderboard,
        "consents_to_recording": person.consents_to_recording,
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

    The account that is named is asked, and so is the one that has confirmed their
    address: neither is connected before it accepts.

    Args:
        organization: The organization.
        name: As typed.
        email: As typed; "" if none.
        external_id: Their number in the organization; "" if none.
        new: Whether it is a new person, in spite of who it may be.
        by: The user who adds them.
        values: ``user`` (the name of an account), ``time_zone`` and ``language``.

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
    typed = {"name": name, "email": email, "external_id": external_id}
    account = values.pop("user", None)
    person = Person(organization=organization, **typed, **values)
    return create_person(person, account=account, by=by)


def create_person(person: Person, *, account: str | None, by: User | None) -> Person:
    """Store a new person, and ask the account that is named, if one is.

    The caller has locked the people of the organization.
    """
    named = name_account(person, account, by=by) if account else None
    [made] = create_people([person], by=by)
    if account:
        ask_account(made, named, by=by)
    return made


def create_people(people: Iterable[Person], *, by: User | None) -> list[Person]:
    """Store new people of one organization, and offer their places by their addresses.

    The caller has locked the people of the organization.
    """
    made = Person.objects.bulk_create(people)
    acts = [Act(person.pk, None, None, _given(values_of(person))) for person in made]
    if made:
        record(acts, organization_id=made[0].organization_id, by=by)
        offer_places(made)
    return made


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}


@transaction.atomic
def update_person(
    *, person: Person, changes: Mapping[str, Any], by: User | None
) -> Person:
    """Write changes of a person.

    An account that is named is asked, and so is the one that confirmed a new address.
    With another mailbox the person has other personal links. An address that took no
    mail is tried again once it is given again.

    Args:
        person: The person.
        changes: New values by column; ``user`` is the name of an account to ask, an
            account that has accepted, or None.
        by: The user who changes them; None if no person does.

    Raises:
        Conflict: Somebody else of the organization has the number.
        Http404: The person was deleted meanwhile.
    """
    lock_people(person.organization_id)
    locked = get_object_or_404(Person.objects.select_related("user"), pk=person.pk)
    changes = _without_own_name(locked, changes)
    _must_be_free(changes.get("external_id", ""), locked)
    before, mailbox = values_of(locked), locked.folded_email
    account = locked.user
    named = _set_values(locked, changes, by)
    if account is None and locked.user and not changes.get("show_on_leaderboard"):
        # From now on they decide themselves.
        locked.show_on_leaderboard = False
    if account and account != locked.user and locked.consents_to_recording:
        # Nobody consents for somebody else; that it was withdrawn stays.
        locked.consented_at = None
    is_tried_again = "email" in changes and locked.email_refused
    if is_tried_again:
        locked.refused_email = ""
    locked.save()
    act = Act(locked.pk, None, *difference(before, values_of(locked)))
    record([act], organization_id=locked.organization_id, by=by)
    if mailbox and mailbox != locked.folded_email:
        # Somebody else may read there what was sent.
        renew_links_of(locked)
    if mailbox != locked.folded_email or is_tried_again:
        mailboxes_changed.send(Person, people=[locked.pk], now=timezone.now())
    if "user" in changes:
        _invite(locked, changes["user"], named, by)
    if changes.get("email") or "user" in changes:
        offer_places([locked])
    return locked


def _without_own_name(person: Person, changes: Mapping[str, Any]) -> Mapping[str, Any]:
    """Leave out the name of the account that a person has, be it inactive."""
    if person.user and changes.get("user") == person.user.username:
        return {name: value for name, value in changes.items() if name != "user"}
    return changes


def _set_values(
    person: Person, changes: Mapping[str, Any], by: User | None
) -> User | None:
    """Set new values; return the account that is to be asked, if there is one."""
    named = None
    for name, value in changes.items():
        if name == "user" and isinstance(value, str):
            named = name_account(person, value, by=by)
            continue
        setattr(person, name, value)
        if name == "user":
            person.invited_username = ""
    return named


def _invite(
    person: Person, account: User | str | None, named: User | None, by: User | None
) -> None:
    """Let invitations follow what was set as the account of a person."""
    if isinstance(account, str):
        ask_account(person, named, by=by)
    else:
        forget_named(person)
    if person.user:
        close_invitations(person)


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
    moved = []
    for person, new in changes:
        before, mailbox = values_of(person), person.folded_email
        for name, value in new.items():
            setattr(person, name, value)
        act = Act(person.pk, None, *difference(before, values_of(person)))
        if act.before != act.after:
            acts.append(act)
            changed.append(person)
        if mailbox != folded_address(person.email):
            moved.append(person.pk)
    if changed:
        update_rows(changed, [*COLUMNS, "folded_name", "folded_email"])
        mailboxes_changed.send(Person, people=moved, now=timezone.now())
        record(acts, organization_id=changed[0].organization_id, by=by)
        offer_places(changed)


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
    owner = changes.get("user", person.user)
    owners = {person.user, owner if isinstance(owner, User) else None} - {None, by}
    if shown != person.show_on_leaderboard and owners:
        raise NotAllowed(
            "their_own_decision",
            _("%(name)s has an account: only they decide about the leaderboard.")
            % {"name": person.name},
            field="show_on_leaderboard",
        )
    return update_person(person=person, changes=changes, by=by)
