"""Upgrading generated schools, in which nearly everybody could be somebody else."""

from random import Random
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from tests.attendance.migrating_people.before_people import (
    School,
    make_user,
    migrate,
    migrate_back,
    query,
    rows_of,
)
from tests.attendance.migrating_people.meaning import (
    Meanings,
    meanings_now,
    meanings_until_then,
)
from tests.attendance.migrating_people.rule import ADDRESSES, NAMES, Row, expected

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("before_people")]

REGISTRATIONS = ["registered"] * 6 + ["walk_in", "waitlisted", "cancelled", "viewed"]
IDENTITIES = [f"tablet-{number}" for number in range(6)]


def fill(random: Random) -> dict[int, Row]:
    """Fill a database; return the participants by id."""
    schools = {1: School(), 2: School()}
    accounts = {None: None, 7: make_user(), 8: make_user()}
    events = {}
    for number in range(1, 13):
        of = schools[Row(number, NAMES[0], ADDRESSES[0], None).organization]
        events[number] = of.event()
        of.lesson(events[number])
    rows: dict[int, Row] = {}
    while len(rows) < 60:
        row = Row(
            random.randint(1, 12),
            random.choice(NAMES),
            random.choice(ADDRESSES),
            random.choice([None, None, 7, 8]),
        )
        school = schools[row.organization]
        registration = random.choice(REGISTRATIONS)
        try:
            with transaction.atomic():
                place = school.place(
                    events[row.event], row.name[1], row.email[1], accounts[row.user],
                    registration=registration,
                )  # fmt: skip
        except IntegrityError:
            continue  # There is somebody with this address or account.
        rows[place] = row
        if random.random() < 0.5:
            school.link(place, random.choice(IDENTITIES))
    return rows


def people() -> dict[int, int]:
    return dict(query("SELECT id, person_id FROM events_participant"))


def known() -> set[tuple[int, str]]:
    """Whom of the people each identity is linked to."""
    return set(query("SELECT person_id, identity FROM events_knownidentity"))


def cancelled() -> set[int]:
    rows = query("SELECT id FROM events_participant WHERE registration = 'cancelled'")
    return {place for (place,) in rows}


@pytest.mark.parametrize("seed", range(3))
def test_everything_at_once(seed: int) -> None:
    rows = fill(Random(seed))  # noqa: S311
    before: dict[str, list[Any]] = rows_of("events_participant", "events_knownidentity")
    meant = meanings_until_then()
    migrate()
    places = list(rows)
    assert {
        frozenset(place for place in places if people()[place] == person)
        for person in people().values()
    } == {
        frozenset(places[number] for number in group)
        for group in expected(list(rows.values()))
    }
    assert_meanings_are_kept(meant, meanings_now())
    migrate_back()
    assert rows_of("events_participant") == {
        "events_participant": before["events_participant"]
    }
    assert meanings_until_then() == meant


def assert_meanings_are_kept(before: Meanings, after: Meanings) -> None:
    gone, who, links = cancelled(), people(), known()
    assert before.keys() <= after.keys()
    for key, place in after.items():
        # What is new: identities of people who cancelled, before they did; and those
        # of somebody who was not known to be the same person.
        is_known = key not in before and (who[place], key[1]) in links
        assert place == before.get(key) or place in gone or is_known
