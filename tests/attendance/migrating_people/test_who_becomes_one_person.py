"""Upgrading: which participants of before become one person. Pure."""

import unicodedata
from collections import Counter
from collections.abc import Sequence
from importlib import import_module
from itertools import chain
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.attendance.migrating_people.rule import (
    ROWS,
    Row,
    accounts_differ,
    expected,
    same,
)
from tests.factories import START

migration = import_module("events.migrations.0012_people")

SCHOOL, OTHER_SCHOOL = 1, 2


def place(number: int, event: int, name: str, email: str = "", **values: Any) -> Any:
    defaults = {"organization": SCHOOL, "user": None, "time_zone": "", "language": ""}
    return migration.Place(
        id=number,
        event=event,
        name=name,
        email=email,
        created_at=START,
        **defaults | values,
    )


def people(*places: tuple[Any, ...]) -> list[str]:
    """The events of each person, for places (event, name, address, account)."""
    made = [
        place(number, one[0], one[1], *one[2:3], user=one[3] if one[3:] else None)
        for number, one in enumerate(places)
    ]
    humans = migration.humans_of(made)
    return ["".join(str(own.event) for own in human.places) for human in humans]


@pytest.mark.parametrize(
    "name",
    [
        "JOSÉ PÉREZ",
        unicodedata.normalize("NFD", "José Pérez"),
        "Jose\N{ZERO WIDTH SPACE} Perez",
        "Pérez, José",
        "  josé   pérez ",
    ],
)
def test_one_name_written_in_several_ways_with_one_address_or_account(
    name: str,
) -> None:
    assert people((1, "José Pérez", "j@x.org"), (2, name, "j@x.org")) == ["12"]
    assert people((1, "José Pérez", "", 7), (2, name, "other@x.org", 7)) == ["12"]
    assert people((1, "José Pérez"), (2, name)) == ["1", "2"]


def test_a_letter_that_unicode_does_not_take_apart() -> None:
    assert people((1, "Łukasz", "l@x.org"), (2, "Lukasz", "l@x.org")) == ["12"]


def test_an_address_in_any_case_and_with_marks_that_nobody_sees() -> None:
    typed = " Ana@X.org\N{WORD JOINER}"
    assert people((1, "Ana", "ana@x.org"), (2, "Ana", typed)) == ["12"]
    assert people((1, "Ana", "\N{WORD JOINER}"), (2, "Ana", " ")) == ["1", "2"]


def test_neither_an_address_nor_an_account_nor_a_name_alone() -> None:
    family = (
        (1, "Ana", "home@x.org"),
        (2, "Ben", "home@x.org"),
        (3, "Cem", "home@x.org"),
    )
    assert people(*family) == ["1", "2", "3"]
    assert people((1, "Ana", "", 7), (2, "Ana María", "", 7)) == ["1", "2"]
    assert people((1, "Ana", "one@x.org"), (2, "Ana", "two@x.org")) == ["1", "2"]


def test_nobody_across_organizations() -> None:
    here = place(1, 1, "Ana", "ana@x.org", user=7)
    there = place(2, 2, "Ana", "ana@x.org", user=7, organization=OTHER_SCHOOL)
    assert len(migration.humans_of([here, there])) == 2


def test_never_two_on_one_roster() -> None:
    twice = (1, "Ana", "ana@x.org"), (1, "ANA", "ana@x.org\N{WORD JOINER}")
    assert people(*twice) == ["1", "1"]
    # Whoever fits both is neither.
    assert people(*twice, (2, "Ana", "ana@x.org")) == ["1", "1", "2"]


def test_never_two_with_different_accounts() -> None:
    apart = (1, "Ana", "ana@x.org", 7), (2, "Ana", "ana@x.org", 8)
    assert people(*apart) == ["1", "2"]
    assert people(*apart, (3, "Ana", "ana@x.org", 8)) == ["1", "23"]
    assert people(*apart, (3, "Ana", "ana@x.org")) == ["1", "2", "3"]


def test_whoever_fits_two_people_is_somebody_else() -> None:
    by_account, by_address = (1, "Ana", "", 7), (2, "Ana", "ana@x.org")
    assert people(by_account, by_address, (3, "Ana", "ana@x.org", 7)) == ["1", "2", "3"]


def test_somebody_is_found_by_each_of_their_addresses() -> None:
    moved = (1, "Ana", "old@x.org", 7), (2, "Ana", "new@x.org", 7)
    assert people(*moved, (3, "Ana", "old@x.org"), (4, "Ana", "new@x.org")) == ["1234"]


def test_the_newest_values_win_and_empty_ones_change_nothing() -> None:
    [human] = migration.humans_of(
        [
            place(1, 1, "ana", "ana@x.org", user=7, time_zone="Asia/Gaza"),
            place(2, 2, "Ana", "ANA@x.org", language="ar"),
            place(3, 3, "Ana", "ana@x.org"),
            place(4, 4, "Ana", "", user=7),
        ]
    )
    assert human.values == {
        "user": 7,
        "name": "Ana",
        "email": "ana@x.org",
        "time_zone": "Asia/Gaza",
        "language": "ar",
    }


# Generated rosters


def found(rows: Sequence[Row]) -> list[list[int]]:
    places = [
        place(
            number,
            row.event,
            row.name[1],
            row.email[1],
            user=row.user,
            organization=row.organization,
        )
        for number, row in enumerate(rows)
    ]
    return [[own.id for own in human.places] for human in migration.humans_of(places)]


@given(ROWS)
def test_it_is_what_the_rule_says(rows: list[Row]) -> None:
    assert found(rows) == expected(rows)


@given(ROWS, st.randoms(use_true_random=False))
def test_in_any_order_nobody_is_lost_and_nobody_becomes_somebody_else(
    rows: list[Row], random: Any
) -> None:
    random.shuffle(rows)
    groups = [[rows[number] for number in group] for group in found(rows)]
    assert Counter(chain.from_iterable(groups)) == Counter(rows)
    for group in groups:
        assert len({row.event for row in group}) == len(group)
        assert len({(row.organization, row.name[0]) for row in group}) == 1
        assert not accounts_differ(group[0], group)
        assert is_one(group)


def is_one(group: Sequence[Row]) -> bool:
    """Whether rows hang together."""
    reached, new = set[Row](), {group[0]}
    while new:
        reached |= new
        new = {one for one in group if any(same(one, two) for two in new)} - reached
    return reached == set(group) or len(group) == 1
