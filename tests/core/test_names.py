"""When two names are the same to people, and how they stand in sentences."""

import re
from itertools import chain
from pathlib import Path

import pytest
from django.db import connection
from psycopg import sql

from attendance.evidence.known_people import KNOWN_PEOPLE
from core.names import SAME_NAME, isolated
from events.models import Participant
from events.roster.importing import import_roster
from tests.factories import make_event, make_link, make_participant, make_session

ROOT = Path(__file__).resolve().parent.parent.parent


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("Lina Haddad", "  LINA   haddad ", True),
        ("José", "Jose\u0301", True),
        ("Иван", "ИВАН", True),
        ("José", "Jose", False),
        ("Strasse", "Straße", False),
        ("محمد", "مُحَمَّد", False),
        ("कुमार", "कमार", False),
        ("Søren", "Soren", False),
    ],
)
def test_all_who_ask_whether_it_is_the_same_person_get_one_answer(
    one: str, other: str, *, is_same: bool
) -> None:
    """Links, taking them back, and files: one is never taken for another."""
    person = make_participant(name=one, email="family@example.com")
    event = make_event(person.event.organization)
    there = make_participant(event, name=other, email="family@example.com")
    same = Participant.objects.same_person(person)
    assert (there in same) is is_same

    make_link(person, "tablet")
    session = make_session(event)
    with connection.cursor() as cursor:
        cursor.execute(KNOWN_PEOPLE, {"sessions": [session.pk]})
        meant = {identity: who for _event, identity, who, _how in cursor.fetchall()}
    assert (meant.get("tablet") == there.pk) is is_same

    event.participants.update(email="")
    import_roster(event=event, content=f"name,language\n{one},ar\n".encode())
    there.refresh_from_db()
    assert (there.language == "ar") is is_same
    assert event.participants.count() == (1 if is_same else 2)


@pytest.mark.django_db
def test_who_is_the_same_person_does_not_depend_on_the_locale_of_the_database() -> None:
    """In a database of plain C only ASCII letters have another case."""
    names = ["Иван\u2003Öz", "ИВАН öz"]
    with connection.cursor() as cursor:
        cursor.execute('CREATE TEMPORARY TABLE plain_c (name text COLLATE "C")')
        cursor.execute("INSERT INTO plain_c SELECT unnest(%s::text[])", [names])
        same = sql.SQL(SAME_NAME.format(name="name"))
        cursor.execute(sql.SQL("SELECT DISTINCT {} FROM plain_c").format(same))
        assert cursor.fetchall() == [("иван öz",)]


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
