"""Places of people who only looked at the page of an event, so that they can be asked.

Organizers see none of them, on no roster and in no list, before somebody says that they
were there: to look at a page is not to consent to anything.

Source: docs/rules.md 201.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet

from events.models import Event, Membership, Participant, Person, Registration, User
from events.people.services import create_people
from events.roster.places import create_places


@transaction.atomic
def add_viewers(event: Event, *, before: datetime) -> int:
    """Give whoever looked and has no place one by which they can be asked.

    Not members of the organization, nor superusers, who look for other reasons; not
    whose account stands for several people here, because nobody knows who looked.

    The caller has locked the people of the organization, and the event.

    Args:
        event: The event.
        before: When it ended: whoever looked first after that was not there.

    Returns:
        How many there are.
    """
    viewers = list(_viewers(event, before))
    people = _people(event, viewers)
    new = [_person(event, user) for user in viewers if user.pk not in people]
    people |= {person.user_id: person for person in create_people(new, by=None)}
    places = [
        Participant(
            event=event,
            person=people[user.pk],
            registration=Registration.VIEWED,
            only_looked=True,
            enrolled=[],
        )
        for user in viewers
    ]
    create_places(places, by=None)
    return len(places)


def _viewers(event: Event, before: datetime) -> QuerySet[User]:
    here = {"organization": event.organization_id, "user": OuterRef("pk")}
    places = Participant.everybody.filter(person__user=OuterRef("pk"), event=event)
    numbers = Person.objects.known().filter(**here).order_by().values("user")
    several = numbers.annotate(number=Count("pk")).filter(number__gt=1)
    return (
        User.objects.filter(
            event_views__event=event,
            event_views__viewed_at__lt=before,
            is_active=True,
            is_superuser=False,
            wants_prompts=True,
        )
        .exclude(Exists(places))
        .exclude(Exists(Membership.objects.filter(**here)))
        .exclude(Exists(several))
        .order_by("pk")
    )


def _people(event: Event, viewers: Sequence[User]) -> dict[int | None, Person]:
    """Return who they are already, by the account; sooner who is known than who is not.

    A known person without any place would be hidden by one that they only looked at, so
    whoever looked then is somebody else until they say yes.
    """
    people = Person.objects.filter(
        Exists(Participant.everybody.filter(person=OuterRef("pk"))),
        organization=event.organization_id,
        user__in=viewers,
    )
    by_account = {person.user_id: person for person in people}
    return by_account | {person.user_id: person for person in people.known()}


def _person(event: Event, user: User) -> Person:
    return Person(
        organization_id=event.organization_id,
        user=user,
        name=user.get_full_name() or user.username,
        email=user.email if user.email_verified_at else "",
        time_zone=user.time_zone,
        language=user.language,
    )
