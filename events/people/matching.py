"""Who is meant when somebody is added by name, address and student number. Pure.

Neither an address nor a name alone says who somebody is: families share addresses, and
many people a name. Where it could be somebody and need not be, the answer is
:class:`Doubtful`, until the request chooses a person or says that they are new.

Source: docs/rules.md 92.
"""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from core.addresses import folded_address
from core.names import folded

# More of one name nobody looks through, and each line of a file may have as many.
CANDIDATES_AT_MOST = 100


@dataclass(frozen=True, slots=True)
class Given:
    """What was typed about somebody; "" is what was not."""

    name: str
    email: str = ""
    external_id: str = ""


@dataclass(frozen=True, slots=True)
class Known:
    """A person of the organization.

    Attributes:
        person: Their id. Somebody who is not stored yet may have any other number.
        name: As it is shown.
        email: "" for none.
        external_id: Their student number, "" for none.
        folded_name: ``core.names.folded`` of the name.
        folded_email: ``core.addresses.folded_address`` of the address.
        place: The id of their place on this roster; None if they have none.
        registration: That place's registration; None without a place.
    """

    person: int
    name: str
    email: str
    external_id: str
    folded_name: str
    folded_email: str
    place: int | None
    registration: str | None


class Doubt(StrEnum):
    """Why it is doubtful who is meant."""

    NAME_OF_NUMBER = "name_of_number"  # The number's person has another name.
    SEVERAL = "several"  # Several people have this address and name.
    OTHER_NUMBER = "other_number"  # Whoever it seems to be has another number.
    NAMESAKES = "namesakes"  # Somebody on this roster has this name.


@dataclass(frozen=True, slots=True)
class Meant:
    """It is this person."""

    person: Known
    by: Literal["number", "address", "name", "choice"]


@dataclass(frozen=True, slots=True)
class New:
    """It is nobody of the organization yet."""


@dataclass(frozen=True, slots=True)
class Doubtful:
    """It could be one of the candidates: 1 to 100 people, by id."""

    candidates: tuple[Known, ...]
    reason: Doubt


@dataclass(frozen=True, slots=True)
class NumberTaken:
    """The given number belongs to somebody else than who was chosen, or is new."""

    owner: Known


class PeopleIndex:
    """People by what says who they are: their number, address and name, or name here.

    A line costs the same however many people there are, so that files of a hundred
    thousand lines can be asked about, even if all of them have one name.
    """

    def __init__(self, people: Iterable[Known]) -> None:
        """Take everybody who can matter.

        These are the people of the organization with one of the given numbers, or with
        one of the given addresses and its name, those on this roster with one of the
        given names, and whoever may be chosen.
        """
        self._people: dict[int, Known] = {}
        self._found: dict[tuple[str, ...], list[Known]] = defaultdict(list)
        for known in people:
            self.add(known)

    def add(self, known: Known) -> None:
        """Add somebody; what was known of the same person before is forgotten."""
        if before := self._people.get(known.person):
            for key in _keys(before):
                del self._found[key][
                    bisect_left(self._found[key], before.person, key=_id)
                ]
        self._people[known.person] = known
        for key in _keys(known):
            insort(self._found[key], known, key=_id)

    def __iter__(self) -> Iterator[Known]:
        """Iterate over everybody."""
        return iter(self._people.values())

    def person(self, person: int) -> Known:
        """Return somebody by id.

        Raises:
            KeyError: there is no such person.
        """
        return self._people[person]

    def with_number(self, external_id: str) -> Known | None:
        """Return whose number it is; None if it is nobody's, or ""."""
        return next(iter(self._at("number", external_id)), None)

    def with_address(self, folded_email: str, folded_name: str) -> Sequence[Known]:
        """Return who in the organization has both, by id; nobody for no address."""
        return self._at("address", folded_email, folded_name)

    def on_roster(self, folded_name: str) -> Sequence[Known]:
        """Return who on this roster has the name, by id."""
        return self._at("roster", folded_name)

    def without_address(self, folded_name: str) -> Sequence[Known]:
        """Return who on this roster has the name and no address, by id."""
        return self._at("no address", folded_name)

    def _at(self, *key: str) -> Sequence[Known]:
        return self._found.get(key, ())


def _keys(known: Known) -> Iterator[tuple[str, ...]]:
    if known.external_id:
        yield "number", known.external_id
    if known.folded_email:
        yield "address", known.folded_email, known.folded_name
    if known.place is not None:
        yield "roster", known.folded_name
        if not known.folded_email:
            yield "no address", known.folded_name


def _id(known: Known) -> int:
    return known.person


def who_is_meant(
    given: Given, index: PeopleIndex, *, person: int | None = None, new: bool = False
) -> Meant | New | Doubtful | NumberTaken:
    """Return who is meant.

    Whether they are on the roster already stands in their ``place``.

    Args:
        given: What was typed.
        index: Everybody who can matter.
        person: The id of who was chosen; it comes before ``new``.
        new: Whether it was said that they are somebody new.

    Raises:
        KeyError: the person chosen is not in the index.
    """
    owner = index.with_number(given.external_id)
    if person is not None:
        chosen = index.person(person)
        if owner and owner.person != person:
            return NumberTaken(owner)
        return Meant(chosen, "choice")
    if new:
        return NumberTaken(owner) if owner else New()
    name = folded(given.name)
    if owner is None:
        return _without_number(given, name, index)
    if owner.folded_name != name:
        return _doubtful([owner], Doubt.NAME_OF_NUMBER)
    return Meant(owner, "number")


def _without_number(
    given: Given, name: str, index: PeopleIndex
) -> Meant | New | Doubtful:
    """Return who is meant, where the number, if one is given, is nobody's."""
    address = folded_address(given.email)
    if not address:
        namesakes = index.on_roster(name)
        return _doubtful(namesakes, Doubt.NAMESAKES) if namesakes else New()
    if same := index.with_address(address, name):
        here = [known for known in same if known.place is not None]
        if 1 not in (len(same), len(here)):
            return _doubtful(same, Doubt.SEVERAL)
        return _unless_other_number(given, Meant((here or same)[0], "address"))
    without = index.without_address(name)
    if len(without) == 1:
        return _unless_other_number(given, Meant(without[0], "name"))
    return New()


def _unless_other_number(given: Given, meant: Meant) -> Meant | Doubtful:
    theirs = meant.person.external_id
    if theirs and given.external_id and theirs != given.external_id:
        return _doubtful([meant.person], Doubt.OTHER_NUMBER)
    return meant


def _doubtful(candidates: Sequence[Known], reason: Doubt) -> Doubtful:
    return Doubtful(tuple(candidates[:CANDIDATES_AT_MOST]), reason)
