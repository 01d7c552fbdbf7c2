"""Going back to the time before there were people: exactly, or not at all."""

from typing import Any

import pytest
from django.core.management import CommandError

from core.spans import Span
from events.models import Organization, Person, User
from events.people.changes import Act, record
from tests.attendance.migrating_people.before_people import (
    School,
    make_user,
    migrate,
    migrate_back,
    query,
    rows_of,
)
from tests.attendance.migrating_people.schema import schema
from tests.factories import START, make_event, make_participant, make_person

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("before_people")]

TABLES = "events_participant", "events_knownidentity", "events_event", "events_user"
NOON, LATER = START.replace(hour=12), START.replace(year=2027)


def family() -> School:
    """People of whom participants have something else than their person."""
    school = School()
    first, second, third = (school.event() for _ in range(3))
    account = make_user("mia")
    mia = school.place(first, "Mia", "home@x.org", account, time_zone="Asia/Gaza")
    school.place(second, "MIA", "Home@x.org", language="ar")
    # Their person's newest address is Leo's at the first event.
    school.place(third, "Mia", "mia@x.org", account)
    leo = school.place(first, "Leo", "mia@x.org", registration="cancelled")
    school.place(second, "Leo", "leo@x.org", account)
    school.link(mia, "tablet")
    school.link(school.place(third, "Mia María", "", make_user()), "tablet")
    school.link(leo, "of-leo")
    return school


def test_participants_and_links_are_as_they_were() -> None:
    family()
    before, tables = rows_of(*TABLES), schema()
    migrate()
    people, links = rows_of("events_person", "events_participant"), links_of_people()
    migrate_back()
    assert rows_of(*TABLES) == before
    assert schema() == tables
    migrate()
    assert rows_of("events_person", "events_participant") == people
    assert links_of_people() == links


def links_of_people() -> list[tuple[Any, ...]]:
    return query("SELECT identity, person_id, event_id FROM events_knownidentity")


def test_an_empty_database_goes_back_and_forth() -> None:
    migrate()
    migrate_back()
    migrate()
    assert Person.objects.create(organization_id=School().id, name="Ana").pk == 1


def applied() -> list[tuple[Any, ...]]:
    return query("SELECT app, name FROM django_migrations ORDER BY id")


def test_what_only_people_have_refuses_it_and_nothing_is_changed() -> None:
    school = School()
    school.place(school.event(), "Ana", "ana@x.org", registration="cancelled")
    school.place(school.event(), "Ana", "ANA@x.org")
    migrate()
    event = make_event(Organization.objects.get())
    account = User.objects.create(username="parent", password="!")
    numbered = make_person(event.organization, external_id="7")
    public = make_person(event.organization, show_on_leaderboard=True)
    siblings = [make_participant(event, email="home@x.org").person for _ in range(2)]
    of_parent = [make_participant(event, user=account).person for _ in range(2)]
    late = make_participant(event, enrolled=[Span(START, None)])
    left = make_participant(
        event, registration="cancelled", cancelled_at=LATER,
        enrolled=[Span(None, START), Span(NOON, LATER)],
    )  # fmt: skip
    make_participant(event, registration="cancelled", enrolled=[])
    system = make_participant(event)
    changed = make_participant(event)
    for by, act in (
        (None, Act(system.person_id, event.pk, None, {"role": "attendee"})),
        (
            account,
            Act(changed.person_id, event.pk, {"identity": "x"}, {"identity": None}),
        ),
        (None, Act(public.pk, None, None, {"name": "Pia"})),
    ):
        record([act], organization_id=school.id, by=by)
    before = applied(), rows_of(*TABLES, "events_person"), schema()
    with pytest.raises(CommandError) as refused:
        migrate_back()
    assert str(refused.value) == (
        "Going back to the time before there were people would lose something, so "
        f"nothing was changed: people {numbered.pk} have a student number; "
        f"people {public.pk} take part in the leaderboard; "
        f"people {numbered.pk}, {public.pk} are on no roster; "
        f"people {siblings[0].pk}, {siblings[1].pk} share an address on one roster; "
        f"people {of_parent[0].pk}, {of_parent[1].pk} share an account on one roster; "
        f"people {late.person_id}, {left.person_id} are enrolled for a time; "
        f"people {public.pk}, {system.person_id}, {changed.person_id} "
        "were added, changed or linked since."
    )
    assert (applied(), rows_of(*TABLES, "events_person"), schema()) == before


def test_of_many_people_the_first_are_named() -> None:
    school = School()
    migrate()
    Person.objects.bulk_create(
        Person(organization_id=school.id, name="Ana") for _ in range(25)
    )
    first = ", ".join(str(number) for number in range(1, 21))
    with pytest.raises(
        CommandError, match=f"people {first} and 5 more are on no roster"
    ):
        migrate_back()
    # Nothing of what was taken back before it was refused stays so.
    migrate()
