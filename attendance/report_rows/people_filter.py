"""Which people of a report a page shows: its filters and its search.

They are parts of the address (``?status=late&q=mari``), so that they work without
JavaScript and can be sent to somebody. Counting is done before choosing: the numbers
on the filters, and the summary, are always those of everybody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, fields, replace
from typing import NamedTuple
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from attendance.evidence.whereabouts import Whereabouts
from attendance.models import Status
from attendance.rules.statuses import DID_NOT_COME
from attendance.wording.phrases import IN_ORDER, capitalized, comma
from core.names import is_found, isolated

BY_HAND = "hand"
# What the address says where everybody shown is chosen for a mark.
ALL = "all"
MISSING = "missing"
LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """What somebody chose; an empty field leaves nobody out.

    Attributes:
        status: One of the statuses.
        by: ``hand``: decided by a person.
        where: One of ``Whereabouts``; only where a session runs.
        who: ``missing``: absent, or unknown and not seen; not where a session runs.
        q: Words that all occur in a person's name, or their address.
    """

    status: str = ""
    by: str = ""
    where: str = ""
    who: str = ""
    q: str = ""

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> "PeopleFilter":
        """Read a query string; a value that does not exist chooses nothing."""
        status, by, where, who, q = (parameters.get(name, "") for name in NAMES)
        return cls(
            status=status if status in Status.values else "",
            by=by if by == BY_HAND else "",
            where=where if where in Whereabouts.values else "",
            who=who if who == MISSING else "",
            q=" ".join(q.split())[:LONGEST_SEARCH],
        )

    @property
    def query(self) -> str:
        """The query string that chooses the same; ``?`` alone for everybody."""
        return "?" + urlencode({k: v for k, v in asdict(self).items() if v})

    @property
    def filters(self) -> dict[str, str]:
        """What is chosen beside the search."""
        return {k: v for k, v in asdict(self).items() if v and k != "q"}


NAMES = [field.name for field in fields(PeopleFilter)]


class Pill(NamedTuple):
    """A link that chooses people of one kind, with their number."""

    label: str
    number: int
    query: str
    is_current: bool


class ListedPerson(NamedTuple):
    """Somebody among many, as far as filters and search ask.

    Attributes:
        status: What was decided about them.
        is_by_hand: A person decided it.
        was_seen: Anything saw them.
        where: Where they are, while it runs; None: that is no question any more.
    """

    pk: int
    name: str
    email: str
    status: str
    is_by_hand: bool
    was_seen: bool = False
    where: Whereabouts | None = None


class FilteredPeople:
    """The filters of one report, and the people whom they leave.

    Args:
        everybody: Who is in the report.
        choice: What was chosen.
        is_live: The session runs: people can be chosen by where they are.
        knows_addresses: The reader may find people by their address too.
    """

    def __init__(
        self,
        everybody: Sequence[ListedPerson],
        choice: PeopleFilter,
        *,
        is_live: bool,
        knows_addresses: bool,
    ) -> None:
        self.choice = replace(choice, **({"who": ""} if is_live else {"where": ""}))
        self.total = len(everybody)
        self._kinds = self._count_kinds(everybody, is_live=is_live)
        self._knows_addresses = knows_addresses
        self.people = [person for person in everybody if self._takes(person)]

    @property
    def is_everybody(self) -> bool:
        """Whether nothing was chosen."""
        return self.choice == PeopleFilter()

    @property
    def query_of_all(self) -> str:
        """The query string of the same people, all chosen for a mark."""
        query = self.choice.query
        return f"{query}{'' if query == '?' else '&'}choose={ALL}"

    @property
    def pills(self) -> list[Pill]:
        """Everybody, then each kind that there is; the search stays as it is."""
        q = self.choice.q
        everybody = PeopleFilter(q=q)
        return [
            Pill(
                pgettext("people", "All"),
                self.total,
                everybody.query,
                self.choice == everybody,
            ),
            *(
                Pill(
                    capitalized(label),
                    number,
                    PeopleFilter(**{name: value}, q=q).query,
                    getattr(self.choice, name) == value,
                )
                for (name, value), (label, number) in self._kinds.items()
            ),
        ]

    @property
    def in_words(self) -> str:
        """What was chosen and how many fit; empty for everybody."""
        if self.is_everybody:
            return ""
        chosen = [self._kinds[kind][0] for kind in self.choice.filters.items()]
        if self.choice.q:
            chosen.append(_("“%(words)s”") % {"words": isolated(self.choice.q)})
        return _("Showing %(number)d of %(total)d: %(chosen)s") % {
            "number": len(self.people),
            "total": self.total,
            "chosen": comma().join(chosen),
        }

    def _count_kinds(
        self, everybody: Sequence[ListedPerson], *, is_live: bool
    ) -> dict[tuple[str, str], tuple[str, int]]:
        """Label and number of every kind that occurs or was chosen."""
        statuses = [person.status for person in everybody]
        is_decided = set(statuses) - {Status.UNKNOWN.value}
        kinds: dict[tuple[str, str], tuple[str, int]] = {}
        if is_live:
            places = [person.where for person in everybody]
            for where in Whereabouts:
                kinds["where", where] = str(where.label), places.count(where)
        for status in IN_ORDER:
            number = statuses.count(status) if is_decided else 0
            kinds["status", status] = str(status.label), number
        if not is_live:
            label = pgettext("people", "absent or not seen")
            kinds["who", MISSING] = label, _missing(everybody)
        by_hand = sum(person.is_by_hand for person in everybody)
        kinds["by", BY_HAND] = _("marked by hand"), by_hand
        chosen = self.choice.filters.items()
        return {k: v for k, v in kinds.items() if v[1] or k in chosen}

    def _takes(self, person: ListedPerson) -> bool:
        status, by, where, who, q = astuple(self.choice)
        return (
            status in ("", person.status)
            and (not by or person.is_by_hand)
            and where in ("", person.where)
            and (not who or _is_missing(person))
            and (not q or self._is_called(person, q))
        )

    def _is_called(self, person: ListedPerson, q: str) -> bool:
        name = person.name
        if self._knows_addresses:
            name = f"{name} {person.email}"
        return is_found(name, q)


def _is_missing(person: ListedPerson) -> bool:
    return person.status in DID_NOT_COME or (
        person.status == Status.UNKNOWN and not person.was_seen
    )


def _missing(everybody: Sequence[ListedPerson]) -> int:
    """Count them where another filter does not; nobody misses what has not begun."""
    missing = sum(map(_is_missing, everybody))
    absent = sum(person.status in DID_NOT_COME for person in everybody)
    anybody = any(p.was_seen or p.status != Status.UNKNOWN for p in everybody)
    return missing if anybody and missing != absent else 0
