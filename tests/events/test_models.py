"""The tables themselves: what the database refuses."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import DatabaseError

from core.addresses import folded_address
from core.names import folded
from core.sql import update_rows
from events.models import Participant, Person
from tests.core.names.ways_of_writing import LINES
from tests.factories import (
    START,
    make_event,
    make_link,
    make_membership,
    make_organization,
    make_participant,
    make_person,
    make_presence_event,
    make_session,
)


@pytest.mark.django_db
def test_a_fact_cannot_be_deleted() -> None:
    fact = make_presence_event(make_session())
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        fact.delete()


@pytest.mark.django_db(transaction=True)
def test_transactional_tests_can_leave_facts_behind() -> None:
    make_presence_event(make_session())


@pytest.mark.django_db(transaction=True)
def test_the_flush_lets_nothing_else_pass() -> None:
    make_membership()
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('rollcall.maintenance', true)")
        assert not cursor.fetchone()[0]
    make_presence_event(make_session())


# People and places


@pytest.mark.django_db
def test_a_place_is_for_a_person_of_the_events_own_organization() -> None:
    stranger, place = make_person(), make_participant()
    for change in (
        lambda: make_participant(make_event(), person=stranger),
        lambda: Participant.objects.filter(pk=place.pk).update(person=stranger),
        lambda: Participant.objects.filter(pk=place.pk).update(event=make_event()),
    ):
        with (
            pytest.raises(IntegrityError, match="belongs to another organization"),
            transaction.atomic(),
        ):
            change()


@pytest.mark.django_db
def test_a_person_stands_once_on_a_roster_and_on_several_rosters() -> None:
    place = make_participant()
    with (
        pytest.raises(IntegrityError, match="participant_once_per_event"),
        transaction.atomic(),
    ):
        make_participant(place.event, person=place.person)
    make_participant(make_event(place.event.organization), person=place.person)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("registration", "cancelled_at"), [("cancelled", None), ("registered", START)]
)
def test_who_cancelled_did_so_at_a_time_and_nobody_else(
    registration: str, cancelled_at: object
) -> None:
    place = make_participant()
    with (
        pytest.raises(IntegrityError, match="participant_cancelled_at_a_time"),
        transaction.atomic(),
    ):
        Participant.objects.filter(pk=place.pk).update(
            registration=registration, cancelled_at=cancelled_at
        )


@pytest.mark.django_db
def test_a_number_is_one_persons_in_its_organization() -> None:
    school = make_organization()
    make_person(school, external_id="7")
    make_person(external_id="7")
    for _ in range(2):
        make_person(school, external_id="")
    with (
        pytest.raises(IntegrityError, match="person_external_id_once_per_organization"),
        transaction.atomic(),
    ):
        make_person(school, external_id="7")


@pytest.mark.django_db
def test_an_identity_is_linked_to_a_person_once_in_each_event() -> None:
    place = make_participant()
    make_link(place, "tablet")
    make_link(make_participant(place.event), "tablet")
    event = make_event(place.event.organization)
    make_link(make_participant(event, person=place.person), "tablet")
    with (
        pytest.raises(IntegrityError, match="known_identity_once_per_person_and_event"),
        transaction.atomic(),
    ):
        make_link(place, "tablet")


@pytest.mark.django_db
def test_a_person_with_places_cannot_be_deleted_under_them() -> None:
    place = make_participant()
    with (
        pytest.raises(DatabaseError, match="foreign key"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM events_person; SET CONSTRAINTS ALL IMMEDIATE")
    assert Person.objects.get() == place.person


def stored(people: list[Person]) -> list[tuple[str, str]]:
    """What SQL reads of people, in their order."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT folded_name, folded_email FROM events_person"
            " WHERE id = ANY(%s) ORDER BY id",
            [[person.pk for person in people]],
        )
        return list(cursor.fetchall())


@pytest.mark.django_db
def test_every_way_of_writing_a_name_is_one_for_sql_too() -> None:
    school = make_organization()
    for line in LINES:
        people = Person.objects.bulk_create(
            Person(organization=school, name=name, email=f" Ana{number}@X.org\u2060")
            for number, name in enumerate(line)
        )
        assert stored(people) == [
            (folded(line[0]), f"ana{number}@x.org") for number in range(len(line))
        ]


@pytest.mark.django_db
def test_what_is_compared_follows_name_and_address_whenever_a_person_is_saved() -> None:
    person = make_person(name="José", email="Jose@X.org")
    assert stored([person]) == [("jose", "jose@x.org")]
    person.name, person.email = "Zoë", ""
    person.save()
    assert stored([person]) == [("zoe", "")]
    person.name = "Łukasz"
    person.save(update_fields=["name", "folded_name"])
    assert stored([person]) == [("lukasz", "")]
    person.email = "L@x.org"
    update_rows([person], ["email", "folded_email"])
    assert stored([person]) == [("lukasz", folded_address("l@x.org"))]
