"""What tells people of one name apart in a list."""

from collections import Counter
from collections.abc import Iterable

from events.models import Participant


class Namesakes:
    """The people of a list who have the name of somebody else in it.

    Args:
        people: The name and the address of everybody in the list.
    """

    def __init__(self, people: Iterable[tuple[str, str]]) -> None:
        self._people = Counter(people)
        self._names: Counter[str] = Counter()
        for (name, _email), number in self._people.items():
            self._names[name] += number

    def beside(self, person: Participant) -> str:
        """Return what to show beside a name; "" if nobody else has it.

        It is the address, unless they have none of their own; then the student number.
        """
        if self._names[person.name] < 2:
            return ""
        if person.email and self._people[person.name, person.email] == 1:
            return person.email
        return person.external_id or person.email
