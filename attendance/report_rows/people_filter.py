"""Which people of a report a page shows: its filters and its search.

They are parts of the address (``?status=late&q=mari``), so that they work without
JavaScript and can be sent to somebody. Counting is done before choosing: the numbers
on the filters, and the summary, are always those of everybody.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, astuple, dataclass, fields, replace
from typing import Generic, NamedTuple, Protocol, TypeVar
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from attendance.evidence.session_evidence import Evidence
from attendance.evidence.whereabouts import Whereabouts, where_of
from attendance.models import Status
from attendance.rules.calculation import Interval
from attendance.rules.precedence import is_by_a_person
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


class Named(Protocol):
    """Whom a row is about."""

    @property
    def name(self) -> str:
        """By which people look for them."""

    @property
    def email(self) -> str:
        """By which those who know it do, too."""


class HasSource(Protocol):
    """What is known of a decision, once there is one."""

    @property
    def source(self) -> str | None:
        """Who or what decided."""

    @property
    def is_marked(self) -> bool:
        """Whether a person did."""


class Filterable(Protocol):
    """A row of any list of people with what was decided about them."""

    @property
    def participant(self) -> Named:
        """Whom it is about."""

    @property
    def attendance(self) -> HasSource | None:
        """What decided; None before any."""

    @property
    def status(self) -> str:
        """What was decided."""

    @property
    def intervals(self) -> Sequence[Interval]:
        """When they were seen."""

    @property
    def seen(self) -> Evidence:
        """Where they are, while it runs."""


Row = TypeVar("Row", bound=Filterable)


class FilteredPeople(Generic[Row]):
    """The filters of one report, and the rows that they leave.

    Args:
        rows: Everybody in the report.
        choice: What was chosen.
        is_live: The session runs: people can be chosen by where they are.
        knows_addresses: The reader may find people by their address too.
    """

    def __init__(
        self,
        rows: Sequence[Row],
        choice: PeopleFilter,
        *,
        is_live: bool,
        knows_addresses: bool,
    ) -> None:
        self.choice = replace(choice, **({"who": ""} if is_live else {"where": ""}))
        self.total = len(rows)
        self._kinds = self._count_kinds(rows, is_live=is_live)
        self._knows_addresses = knows_addresses
        self.rows = [row for row in rows if self._takes(row)]

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
            "number": len(self.rows),
            "total": self.total,
            "chosen": comma().join(chosen),
        }

    def _count_kinds(
        self, rows: Sequence[Row], *, is_live: bool
    ) -> dict[tuple[str, str], tuple[str, int]]:
        """Label and number of every kind that occurs or was chosen."""
        places = [where_of(row.seen, row.status) for row in rows] if is_live else []
        statuses = [row.status for row in rows]
        is_decided = set(statuses) - {Status.UNKNOWN.value}
        kinds: dict[tuple[str, str], tuple[str, int]] = {}
        if is_live:
            for where in Whereabouts:
                kinds["where", where] = str(where.label), places.count(where)
        for status in IN_ORDER:
            number = statuses.count(status) if is_decided else 0
            kinds["status", status] = str(status.label), number
        if not is_live:
            kinds["who", MISSING] = (
                pgettext("people", "absent or not seen"),
                _missing(rows),
            )
        kinds["by", BY_HAND] = _("marked by hand"), sum(map(_is_by_hand, rows))
        chosen = self.choice.filters.items()
        return {k: v for k, v in kinds.items() if v[1] or k in chosen}

    def _takes(self, row: Row) -> bool:
        status, by, where, who, q = astuple(self.choice)
        return (
            status in ("", row.status)
            and (not by or _is_by_hand(row))
            and (not where or where_of(row.seen, row.status) == where)
            and (not who or _is_missing(row))
            and (not q or self._is_called(row, q))
        )

    def _is_called(self, row: Row, q: str) -> bool:
        name = row.participant.name
        if self._knows_addresses:
            name = f"{name} {row.participant.email}"
        return is_found(name, q)


def _is_by_hand(row: Filterable) -> bool:
    decision = row.attendance
    return decision is not None and is_by_a_person(
        decision.source, marked=decision.is_marked
    )


def _is_missing(row: Filterable) -> bool:
    return row.status in DID_NOT_COME or (
        row.status == Status.UNKNOWN and not row.intervals
    )


def _missing(rows: Sequence[Filterable]) -> int:
    """Count them where another filter does not; nobody misses what has not begun."""
    missing = sum(map(_is_missing, rows))
    absent = sum(row.status in DID_NOT_COME for row in rows)
    anybody = any(row.intervals or row.status != Status.UNKNOWN for row in rows)
    return missing if anybody and missing != absent else 0
