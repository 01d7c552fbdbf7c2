"""When two names are the same to people, and how they stand in sentences."""

import re
from itertools import chain
from pathlib import Path

import pytest
from django.db import connection

from core.names import isolated
from events.models import Person
from events.people.services import update_people, update_person
from tests.core.names.ways_of_writing import LINES
from tests.factories import make_organization, make_person

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.django_db
def test_in_the_database_the_same_names_are_those_that_people_take_for_the_same() -> (
    None
):
    """Bulk-created or saved: SQL finds by the stored column what Python would."""
    organization = make_organization()
    Person.objects.bulk_create(
        Person(organization=organization, name=name, external_id=f"{line} {at}")
        for line, names in enumerate(LINES)
        for at, name in enumerate(names)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(DISTINCT split_part(external_id, ' ', 1)), count(*)"
            " FROM events_person GROUP BY folded_name"
        )
        found = cursor.fetchall()
    assert all(len(lines) == 1 for lines, _count in found)
    assert len(found) == len(LINES)
    assert sum(count for _lines, count in found) == sum(map(len, LINES))


@pytest.mark.django_db
def test_whoever_is_renamed_is_found_by_the_new_name() -> None:
    """Each way that writes people: saved, changed, many at once."""
    person = make_person(name="Ana", email="ana@example.com")
    assert stored(person) == ("ana", "ana@example.com")
    update_person(
        person=person, changes={"name": "ŁUKASZ", "email": "L@X.org"}, by=None
    )
    assert stored(person) == ("lukasz", "l@x.org")
    update_people([(person, {"name": "مُحَمَّد", "email": "M\u200b@x.org"})], by=None)
    assert stored(person) == ("محمد", "m@x.org")


def stored(person: Person) -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT folded_name, folded_email FROM events_person WHERE id = %s",
            [person.pk],
        )
        name, email = cursor.fetchone()
    return name, email


def test_a_name_in_a_sentence_keeps_its_direction_to_itself() -> None:
    assert f"{isolated('مريم')} came" == "\u2068مريم\u2069 came"
    assert isolated("") == ""


def test_nobody_else_writes_isolates_by_hand() -> None:
    folders = ("attendance", "attendance_site", "core", "events", "notifications")
    files = chain.from_iterable(
        (ROOT / folder).rglob("*.*")
        for folder in (*folders, "sessions_app", "static", "templates")
    )
    by_hand = {
        str(path.relative_to(ROOT))
        for path in files
        if path.suffix in (".py", ".js", ".html")
        and re.search(
            r"[\u2066-\u2069]|(\\u|&#x)206[6-9]", path.read_text(), re.IGNORECASE
        )
    }
    # What the validators refuse in names is these very characters.
    assert by_hand == {"core/names.py", "core/validators.py"}
