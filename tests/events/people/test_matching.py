"""Who is meant: examples, and an oracle that reads the rules one by one.

The alphabets are small, so that names, addresses and numbers collide all the time. The
oracle knows by a table which spellings are the same.
"""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.addresses import folded_address
from core.names import folded
from events.people.matching import (
    CANDIDATES_AT_MOST,
    Doubt,
    Doubtful,
    Given,
    Known,
    Meant,
    New,
    NumberTaken,
    PeopleIndex,
    who_is_meant,
)


def known(
    person: int,
    name: str = "Ana Lopes",
    email: str = "",
    number: str = "",
    *,
    here: bool = True,
) -> Known:
    """Somebody, on this roster unless ``here`` is false."""
    return Known(
        person,
        name,
        email,
        number,
        folded(name),
        folded_address(email),
        place=person + 1000 if here else None,
        registration="registered" if here else None,
    )


def meant(given: Given, *people: Known, **said: object) -> object:
    return who_is_meant(given, PeopleIndex(people), **said)  # type: ignore[arg-type]


ANA = Given("Ana Lopes")
ANA_AT_HOME = Given("ana lopes", "Home@Example.com")


# --- The number -----------------------------------------------------------------------


@pytest.mark.parametrize("here", [True, False])
def test_the_number_says_who_it_is(here: bool) -> None:
    other_address = known(1, email="old@example.com", number="77", here=here)
    namesake = known(2, email="home@example.com")
    given = replace(ANA_AT_HOME, external_id="77")
    assert meant(given, other_address, namesake) == Meant(other_address, "number")


def test_a_number_of_somebody_with_another_name_is_doubtful() -> None:
    ben = known(1, "Ben", number="77")
    ana = known(2, email="home@example.com")
    given = replace(ANA_AT_HOME, external_id="77")
    assert meant(given, ben, ana) == Doubtful((ben,), Doubt.NAME_OF_NUMBER)


@pytest.mark.parametrize("number", ["077", "7", "77a"])
def test_numbers_are_the_same_only_if_written_the_same(number: str) -> None:
    assert meant(Given("Ana", external_id=number), known(1, "Ben", number="77")) == (
        New()
    )


# --- The address and the name ---------------------------------------------------------


@pytest.mark.parametrize("here", [True, False])
def test_address_and_name_together_say_who_it_is(here: bool) -> None:
    ana = known(1, "ANA LOPES", "home@example.com", here=here)
    sister = known(2, "Eva Lopes", "home@example.com")
    assert meant(ANA_AT_HOME, ana, sister) == Meant(ana, "address")


def test_the_address_alone_says_nothing() -> None:
    assert meant(ANA_AT_HOME, known(1, "Eva Lopes", "home@example.com")) == New()


def test_of_several_who_is_on_this_roster_is_meant() -> None:
    elsewhere = known(1, email="home@example.com", here=False)
    here = known(2, email="home@example.com")
    assert meant(ANA_AT_HOME, elsewhere, here) == Meant(here, "address")


@pytest.mark.parametrize("here", [True, False])
def test_several_with_this_address_and_name_are_doubtful(here: bool) -> None:
    both = [known(person, email="home@example.com", here=here) for person in (1, 2)]
    assert meant(ANA_AT_HOME, *both) == Doubtful(tuple(both), Doubt.SEVERAL)


def test_address_and_name_with_another_number_are_doubtful() -> None:
    ana = known(1, email="home@example.com", number="5")
    given = replace(ANA_AT_HOME, external_id="77")
    assert meant(given, ana) == Doubtful((ana,), Doubt.OTHER_NUMBER)
    assert meant(ANA_AT_HOME, ana) == Meant(ana, "address")
    without = replace(ana, external_id="")
    assert meant(given, without) == Meant(without, "address")


# --- The name on this roster ----------------------------------------------------------


def test_an_address_is_given_to_the_only_one_of_that_name_who_has_none() -> None:
    ana = known(1)
    another = known(2, email="other@example.com")
    assert meant(ANA_AT_HOME, ana, another) == Meant(ana, "name")
    assert meant(ANA_AT_HOME, known(1, here=False), another) == New()
    assert meant(ANA_AT_HOME, ana, known(3)) == New()


def test_by_name_with_another_number_is_doubtful() -> None:
    ana = known(1, number="5")
    given = replace(ANA_AT_HOME, external_id="77")
    assert meant(given, ana) == Doubtful((ana,), Doubt.OTHER_NUMBER)


@pytest.mark.parametrize("number", ["", "77"])
def test_a_name_without_address_is_doubtful_where_there_is_a_namesake(
    number: str,
) -> None:
    here = [known(1), known(2, email="other@example.com", number="5")]
    given = replace(ANA, external_id=number)
    assert meant(given, *here) == Doubtful(tuple(here), Doubt.NAMESAKES)
    assert meant(given, known(3, here=False), known(4, "Ben")) == New()


# --- Choosing -------------------------------------------------------------------------


def test_a_choice_settles_it() -> None:
    ana, ben = known(1), known(2, "Ben", here=False)
    assert meant(ANA, ana, ben, person=1) == Meant(ana, "choice")
    assert meant(ANA, ana, ben, person=2) == Meant(ben, "choice")
    assert meant(ANA, ana, ben, new=True) == New()
    with pytest.raises(KeyError):
        meant(ANA, ana, ben, person=3)


def test_a_number_is_never_taken_from_somebody() -> None:
    ana, ben = known(1), known(2, "Ben", number="77")
    given = replace(ANA, external_id="77")
    assert meant(given, ana, ben, person=1) == NumberTaken(ben)
    assert meant(given, ana, ben, person=2) == Meant(ben, "choice")
    assert meant(given, ana, ben, new=True) == NumberTaken(ben)
    same_name = replace(ben, name="Ana Lopes", folded_name=folded("Ana Lopes"))
    assert meant(given, same_name, new=True) == NumberTaken(same_name)


# --- Line after line ------------------------------------------------------------------


def test_who_was_added_by_an_earlier_line_is_known_to_the_next() -> None:
    index = PeopleIndex([])
    assert who_is_meant(ANA, index) == New()
    ana = known(1)
    index.add(ana)
    assert who_is_meant(ANA, index) == Doubtful((ana,), Doubt.NAMESAKES)
    assert who_is_meant(ANA_AT_HOME, index) == Meant(ana, "name")
    with_address = known(1, email="home@example.com")
    index.add(with_address)
    assert who_is_meant(ANA_AT_HOME, index) == Meant(with_address, "address")
    assert who_is_meant(Given("Ana Lopes", "new@example.com"), index) == New()


def test_of_very_many_namesakes_only_the_first_are_named() -> None:
    """Else the answers to a file of one name would grow with its square."""
    many = [known(person) for person in range(CANDIDATES_AT_MOST + 5)]
    doubt = meant(ANA, *reversed(many))
    assert doubt == Doubtful(tuple(many[:CANDIDATES_AT_MOST]), Doubt.NAMESAKES)


# --- Against an oracle ----------------------------------------------------------------

NAMES = {"Ana Lopes": "ana", "ANA  LOPES": "ana", "Lopes, Ana": "ana", "Ben": "ben"}
EMAILS = {"": "", "a@x.org": "a", "A@X.org": "a", "b@x.org": "b"}
NUMBERS = ["", "1", "2", "3"]


@st.composite
def people(draw: st.DrawFn) -> list[Known]:
    numbers = draw(st.permutations(["1", "2", "", "", "", ""]))
    return [
        known(
            person,
            draw(st.sampled_from(list(NAMES))),
            draw(st.sampled_from(list(EMAILS))),
            number,
            here=draw(st.booleans()),
        )
        for person, number in enumerate(numbers[: draw(st.integers(0, 6))])
    ]


typed = st.builds(
    Given,
    st.sampled_from(list(NAMES)),
    st.sampled_from(list(EMAILS)),
    *[st.sampled_from(NUMBERS)],
)


def by_the_rules(given: Given, people: list[Known]) -> object:
    """Who is meant, if nobody was chosen; people are in the order of their ids."""
    name, email, number = NAMES[given.name], EMAILS[given.email], given.external_id
    named = [one for one in people if NAMES[one.name] == name]
    here = [one for one in named if one.place]
    for one in people:
        if number and one.external_id == number:
            return (
                Meant(one, "number")
                if one in named
                else Doubtful((one,), Doubt.NAME_OF_NUMBER)
            )
    if email == "":
        return Doubtful(tuple(here), Doubt.NAMESAKES) if here else New()
    same = [one for one in named if EMAILS[one.email] == email]
    without = [one for one in here if one.email == ""]
    if len(same) > 1 and len([one for one in same if one in here]) == 1:
        same = [one for one in same if one in here]
    if len(same) > 1:
        return Doubtful(tuple(same), Doubt.SEVERAL)
    found = same or (without if len(without) == 1 else [])
    if not found:
        return New()
    if number and found[0].external_id:
        return Doubtful((found[0],), Doubt.OTHER_NUMBER)
    return Meant(found[0], "address" if same else "name")


@given(typed, people())
def test_it_is_who_the_rules_say(given: Given, people: list[Known]) -> None:
    assert meant(given, *people) == by_the_rules(given, people)


@given(typed, people(), st.data())
def test_the_order_in_which_people_are_told_changes_nothing(
    given: Given, people: list[Known], data: st.DataObject
) -> None:
    index = PeopleIndex([])
    # What was known of them before is forgotten.
    for one in people:
        index.add(known(one.person, "Ben", "b@x.org"))
    for one in data.draw(st.permutations(people)):
        index.add(one)
    assert who_is_meant(given, index) == meant(given, *people)


@given(typed, people(), st.data())
def test_who_is_typed_the_same_is_the_same(
    one: Given, people: list[Known], data: st.DataObject
) -> None:
    def spelled(same: dict[str, str], text: str) -> str:
        return data.draw(st.sampled_from([t for t in same if same[t] == same[text]]))

    name, email = spelled(NAMES, one.name), spelled(EMAILS, one.email)
    other = Given(name, email, one.external_id)
    assert meant(one, *people) == meant(other, *people)


@given(typed, people())
def test_nobody_of_another_name_is_meant_and_no_name_or_address_is_enough(
    given: Given, people: list[Known]
) -> None:
    result = meant(given, *people)
    if isinstance(result, Meant):
        them = result.person
        assert NAMES[them.name] == NAMES[given.name]
        assert {
            "number": them.external_id == given.external_id != "",
            "address": EMAILS[them.email] == EMAILS[given.email] != "",
            "name": bool(given.email and them.place and not them.email),
        }[result.by]


@given(typed, people())
def test_every_doubt_can_be_settled(given: Given, people: list[Known]) -> None:
    result = meant(given, *people)
    if not isinstance(result, Doubtful):
        return
    owned = {one.external_id: one for one in people if one.external_id}
    owner = owned.get(given.external_id)
    assert result.candidates
    for one in result.candidates:
        assert meant(given, *people, person=one.person) == Meant(one, "choice")
    settled = meant(given, *people, new=True)
    assert settled == (NumberTaken(owner) if owner else New())


@given(typed, people())
def test_whoever_is_chosen_keeps_off_the_numbers_of_others(
    given: Given, people: list[Known]
) -> None:
    for chosen in people:
        result = meant(given, *people, person=chosen.person)
        others = [
            one
            for one in people
            if one != chosen and one.external_id == given.external_id != ""
        ]
        assert result == (NumberTaken(others[0]) if others else Meant(chosen, "choice"))


@given(st.lists(typed, max_size=8), people())
def test_a_file_sent_again_adds_nobody(lines: list[Given], people: list[Known]) -> None:
    index = PeopleIndex(people)
    ids = iter(range(100, 200))
    for line in lines:
        if who_is_meant(line, index) == New():
            index.add(known(next(ids), line.name, line.email, line.external_id))
            assert who_is_meant(line, index) != New()
