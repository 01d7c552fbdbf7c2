"""The filters and the search of a report: which of its people a page shows.

They are query parameters (``?status=late&q=mari``), so that they work without
JavaScript and a filtered page can be shared. Numbers are counted before filtering:
those on the filters, and in the summary, always include everybody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, fields, replace
from typing import NamedTuple
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import pgettext, pgettext_lazy

from attendance.evidence.whereabouts import Whereabouts
from attendance.models import Status
from attendance.rules.statuses import DID_NOT_COME
from attendance.wording.at_door import CHECKED_IN, NOT_CHECKED_IN
from attendance.wording.modes import absent_or_missing, label_of_people
from attendance.wording.phrases import IN_ORDER, capitalized
from core.names import comma, is_found, isolated
from sessions_app.models import Mode

BY_HAND = "hand"
# The value of ``choose`` in an address that ticks everybody shown for a mark.
ALL = "all"
MISSING = "missing"
_DOOR_LABELS = {
    CHECKED_IN: pgettext_lazy("people", "checked in"),
    NOT_CHECKED_IN: pgettext_lazy("people", "not checked in"),
}
LONGEST_SEARCH = 200


@dataclass(frozen=True, slots=True)
class PeopleFilter:
    """The filters and the search that were chosen; empty fields filter nobody out.

    Attributes:
        status: One of ``Status``.
        by: ``hand``: only people about whom a person decided.
        where: One of ``Whereabouts``; only while the session runs.
        who: ``missing``: absent, or unknown and not seen; only while no session runs.
        door: ``in`` or ``out``: checked in, or expected and not; only of an event
            without sessions.
        q: Search words, all of which occur in the name or email address.
    """

    status: str = ""
    by: str = ""
    where: str = ""
    who: str = ""
    door: str = ""
    q: str = ""

    @classmethod
    def of(cls, parameters: Mapping[str, str]) -> "PeopleFilter":
        """Return the filter of query parameters; unknown values are ignored."""
        status, by, where, who, door, q = (parameters.get(name, "") for name in NAMES)
        return cls(
            status=status if status in Status.values else "",
            by=by if by == BY_HAND else "",
            where=where if where in Whereabouts.values else "",
            who=who if who == MISSING else "",
            door=door if door in (CHECKED_IN, NOT_CHECKED_IN) else "",
            q=" ".join(q.split())[:LONGEST_SEARCH],
        )

    @property
    def query(self) -> str:
        """The query string of this filter; ``?`` alone for everybody."""
        return "?" + urlencode({k: v for k, v in asdict(self).items() if v})

    @property
    def filters(self) -> dict[str, str]:
        """The fields that are not empty, without the search."""
        return {k: v for k, v in asdict(self).items() if v and k != "q"}


NAMES = [field.name for field in fields(PeopleFilter)]


class Pill(NamedTuple):
    """A link to a filter, with the number of people that it shows."""

    label: str
    number: int
    query: str
    is_current: bool


class ListedPerson(NamedTuple):
    """A person of a report, with what filters and search compare.

    Attributes:
        status: The status that stands, a value of ``Status``.
        is_by_hand: A person decided it.
        was_seen: Some source of presence saw them.
        where: Where they are while the session runs; None if that no longer matters.
        door: ``in`` or ``out``, as in :class:`PeopleFilter`; empty if neither.
        is_waited_for: They are missing as long as nothing speaks for them.
    """

    pk: int
    name: str
    email: str
    status: str
    is_by_hand: bool
    was_seen: bool = False
    where: Whereabouts | None = None
    door: str = ""
    is_waited_for: bool = True


class FilteredPeople:
    """The filters of one report, and the people whom they show.

    Args:
        everybody: All people of the report.
        choice: The filter that was chosen.
        mode: Where the session is held.
        is_live: The session runs: people can be filtered by where they are.
        knows_addresses: The reader may also search for email addresses.
        offers: By which of ``where``, ``who`` and ``door`` people can be filtered;
            None: by ``where`` while the session runs, else by ``who``.
    """

    def __init__(
        self,
        everybody: Sequence[ListedPerson],
        choice: PeopleFilter,
        *,
        mode: str = Mode.ONLINE,
        is_live: bool = False,
        knows_addresses: bool,
        offers: str | None = None,
    ) -> None:
        if offers is None:
            offers = "where" if is_live else "who"
        not_offered = {"where", "who", "door"} - {offers}
        self.choice = replace(choice, **dict.fromkeys(not_offered, ""))
        self.total = len(everybody)
        self._mode = mode
        self._kinds = self._count_kinds(everybody, offers)
        self._knows_addresses = knows_addresses
        self.people = [person for person in everybody if self._shows(person)]

    @property
    def is_everybody(self) -> bool:
        """Whether no filter and no search was chosen."""
        return self.choice == PeopleFilter()

    @property
    def query_of_all(self) -> str:
        """The query string of the same filter, with everybody ticked for a mark."""
        query = self.choice.query
        return f"{query}{'' if query == '?' else '&'}choose={ALL}"

    @property
    def pills(self) -> list[Pill]:
        """A link to everybody, then one per filter; each keeps the search."""
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
        """The chosen filters, and how many people they show; empty for everybody."""
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
        self, everybody: Sequence[ListedPerson], offers: str
    ) -> dict[tuple[str, str], tuple[str, int]]:
        """Return, by filter, its label and number; filters for nobody are left out."""
        statuses = [person.status for person in everybody]
        is_decided = set(statuses) - {Status.UNKNOWN.value}
        kinds: dict[tuple[str, str], tuple[str, int]] = {}
        if offers == "where":
            places = [person.where for person in everybody]
            for where in Whereabouts:
                label = label_of_people(where, self._mode)
                kinds["where", where] = label, places.count(where)
        if offers == "door":
            doors = [person.door for person in everybody]
            for door in _DOOR_LABELS:
                kinds["door", door] = str(_DOOR_LABELS[door]), doors.count(door)
        for status in IN_ORDER:
            number = statuses.count(status) if is_decided else 0
            kinds["status", status] = str(status.label), number
        if offers == "who":
            label = absent_or_missing(self._mode)
            kinds["who", MISSING] = label, _count_missing(everybody)
        by_hand = sum(person.is_by_hand for person in everybody)
        kinds["by", BY_HAND] = _("marked by hand"), by_hand
        chosen = self.choice.filters.items()
        return {k: v for k, v in kinds.items() if v[1] or k in chosen}

    def _shows(self, person: ListedPerson) -> bool:
        status, by, where, who, door, q = astuple(self.choice)
        return (
            status in ("", person.status)
            and (not by or person.is_by_hand)
            and where in ("", person.where)
            and (not who or _is_missing(person))
            and door in ("", person.door)
            and (not q or self._matches(person, q))
        )

    def _matches(self, person: ListedPerson, q: str) -> bool:
        name = person.name
        if self._knows_addresses:
            name = f"{name} {person.email}"
        return is_found(name, q)


def _is_missing(person: ListedPerson) -> bool:
    return person.status in DID_NOT_COME or (
        person.status == Status.UNKNOWN and not person.was_seen and person.is_waited_for
    )


def _count_missing(everybody: Sequence[ListedPerson]) -> int:
    """Return how many people are missing; 0 hides the filter.

    It is hidden if it would show the same people as the filter for the absent, and as
    long as nobody was seen or decided about, as before a session begins.
    """
    missing = sum(map(_is_missing, everybody))
    absent = sum(person.status in DID_NOT_COME for person in everybody)
    anybody = any(p.was_seen or p.status != Status.UNKNOWN for p in everybody)
    return missing if anybody and missing != absent else 0
