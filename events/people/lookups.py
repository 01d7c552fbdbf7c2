"""Finds who may be meant: by a name, address or number, or by an account.

Source: docs/rules.md 105.
"""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet, TextField, Value
from django.db.models.functions import Replace
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _

from core.addresses import folded_address
from core.errors import Conflict, Invalid
from core.names import folded, listed, searched
from events.models import (
    NOT_REGISTERED,
    Event,
    Organization,
    Participant,
    Person,
    User,
)
from events.people.matching import Given, Known, PeopleIndex

_SELECT = """
    SELECT person.id, person.name, person.email, person.external_id,
        person.folded_name, person.folded_email, place.id, place.registration
"""
_ON_ROSTER = """
    place.person_id = person.id AND place.event_id = %(event)s AND NOT place.only_looked
"""
# As PersonQuerySet.known(): that somebody looked at a page is told to no organizer.
_PEOPLE = f"""
    FROM events_person person LEFT JOIN events_participant place ON {_ON_ROSTER}
    WHERE person.organization_id = %(organization)s AND (
        NOT EXISTS (
            SELECT FROM events_participant hidden
            WHERE hidden.person_id = person.id AND hidden.only_looked
        ) OR EXISTS (
            SELECT FROM events_participant seen
            WHERE seen.person_id = person.id AND NOT seen.only_looked
        )
    )
"""
# One branch for each index: with OR Postgres would read all people.
_WHO_MAY_BE_MEANT = f"""
    {_SELECT} {_PEOPLE}
        AND person.external_id <> '' AND person.external_id = ANY(%(numbers)s)
    UNION
    {_SELECT} {_PEOPLE}
        AND person.folded_email <> '' AND person.folded_email = ANY(%(addresses)s)
        AND person.folded_name = ANY(%(names)s)
    UNION
    {_SELECT} FROM events_person person JOIN events_participant place ON {_ON_ROSTER}
    WHERE person.folded_name = ANY(%(names)s)
    UNION
    {_SELECT} {_PEOPLE} AND person.id = ANY(%(chosen)s)
    ORDER BY 1
"""


def who_may_be_meant(
    event: Event, given: Iterable[Given], *, chosen: Sequence[int] = ()
) -> PeopleIndex:
    """Return the people of the event's organization whom any of ``given`` may mean.

    Without those who only looked at pages; nor are their places told of others.

    Args:
        event: The event whose roster it is about.
        given: What was typed about people.
        chosen: Ids of people whom a request names.
    """
    return _index(event.organization_id, event.pk, given, chosen)


def who_may_be_meant_anywhere(organization_id: int, given: Given) -> PeopleIndex:
    """Return the people of an organization whom ``given`` may mean, on no roster."""
    return _index(organization_id, None, [given], [])


def _index(
    organization_id: int,
    event_id: int | None,
    given: Iterable[Given],
    chosen: Sequence[int],
) -> PeopleIndex:
    typed = list(given)
    values: dict[str, Any] = {
        "organization": organization_id,
        "event": event_id,
        "numbers": [one.external_id for one in typed if one.external_id],
        "addresses": [folded_address(one.email) for one in typed if one.email],
        "names": [folded(one.name) for one in typed],
        "chosen": list(chosen),
    }
    with connection.cursor() as cursor:
        cursor.execute(_WHO_MAY_BE_MEANT, values)
        return PeopleIndex(Known(*row) for row in cursor.fetchall())


def people_found(organization: Organization, q: str) -> QuerySet[Person]:
    """Return the people of an organization, by name; ``q`` searches among them.

    Each of its words is in the name, the address or the number, in any order and
    however it is written (``core.names.searched``). Without words nobody is left out.
    """
    people = Person.objects.known().filter(organization=organization)
    if found := searched(q).split():
        # Who searches for "oneil" finds O'Neil.
        plain = Replace("folded_name", Value("'"), Value(""), output_field=TextField())
        people = people.annotate(plain_name=plain)
        for word in found:
            people = people.filter(
                Q(plain_name__contains=word)
                | Q(folded_email__contains=word)
                | Q(external_id__icontains=word)
            )
    return people.order_by("folded_name", "pk")


def visible_person(user: User, pk: int) -> Person:
    """Return a person whom a member of the organization may see, with everything.

    Raises:
        Http404: they do not exist, or the user has no role in their organization.
    """
    people = Person.objects.known().filter(
        organization__in=Organization.objects.visible_to(user)
    )
    return get_object_or_404(people.select_related("organization", "user"), pk=pk)


def own_places(
    event: Event, user_id: int, *, offered: Collection[int] = ()
) -> list[Participant]:
    """Return the places of an account on a roster: a parent's may have several.

    ``offered`` are ids of people whose places it is offered and may take by coming.
    """
    places = Participant.everybody.filter(
        Q(person__user=user_id) | Q(person__in=offered), event=event
    )
    return list(places.order_by("person__name", "pk"))


def own_place(
    event: Event,
    user_id: int,
    *,
    chosen: int | None = None,
    offered: Collection[int] = (),
) -> Participant | None:
    """Return the place of an account on a roster that is meant; None if it has none.

    Cancelled places, and those of onlookers, are meant only if they are chosen, or if
    there are no others.

    Args:
        event: The event of the roster.
        user_id: The account.
        chosen: The id of the participant whom a request names.
        offered: As in :func:`own_places`.

    Raises:
        Invalid: The account has no place with the chosen id.
        Conflict: It may be one of several, which are listed as ``participants``; those
            that the account has not accepted without names.
    """
    places = own_places(event, user_id, offered=offered)
    if chosen is not None:
        for place in places:
            if place.pk == chosen:
                return place
        raise nobody_has_this_id()
    taken = [one for one in places if one.registration not in NOT_REGISTERED]
    meant = taken or places
    if len(meant) > 1:
        raise _which_of(meant, user_id)
    return meant[0] if meant else None


def _which_of(places: Sequence[Participant], user_id: int) -> Conflict:
    """Return the refusal that asks who is meant, naming only whom the account has."""
    named = {place.pk: place.name for place in places if place.user_id == user_id}
    text = (
        _("Say who is meant: %(names)s.") % {"names": listed(named.values())}
        if len(named) == len(places)
        else _("You are invited to several places here. Accept first, then choose.")
    )
    return Conflict(
        "which_person",
        text,
        field="participant",
        participants=[
            {"id": place.pk, "name": named.get(place.pk, "")} for place in places
        ],
    )


def nobody_has_this_id() -> Invalid:
    """Return the refusal of an id that nobody has whom the request may mean."""
    return Invalid(
        "does_not_exist", _("Nobody on the roster has this ID."), field="participant"
    )
