"""The service that deletes a person who was added by mistake.

Source: docs/rules.md 101, 102.
"""

from django.db import transaction
from django.utils.translation import gettext as _

from events.locks import lock_events, lock_people
from events.models import Participant, Person, User
from events.people.changes import Act, record
from events.people.services import values_of
from events.removal import begin_removal, hangs_on, must_be_bare
from events.roster.removing import hangs_on_links, hangs_on_places, remove_places


@transaction.atomic
def delete_person(*, person: Person, by: User | None) -> None:
    """Delete a person with their places on rosters.

    Raises:
        Conflict: Something hangs on them, or on one of their places.
    """
    lock_people(person.organization_id)
    person = Person.objects.select_related("user").get(pk=person.pk)
    places = list(Participant.everybody.filter(person=person))
    lock_events(place.event_id for place in places)
    hanging = set().union(
        *hangs_on(Person, [person.pk]).values(),
        *hangs_on_places([place.pk for place in places]).values(),
        hangs_on_links(person=person),
    )
    must_be_bare(hanging, _("Cancel the registrations instead."))
    remove_places(places, by=by)
    begin_removal(Person, [person.pk])
    before = {name: value for name, value in values_of(person).items() if value}
    act = Act(person.pk, None, before, None)
    record([act], organization_id=person.organization_id, by=by)
    person.delete()
