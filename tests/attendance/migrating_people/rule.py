"""The rule of who becomes one person, word by word, and generated rosters for it."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from hypothesis import strategies as st

# Each way of writing stands beside what it means.
NAMES = [("ana", "Ana"), ("ana", "ANA"), ("jose", "José"), ("jose", "Jose\u0301")]
ADDRESSES = [
    ("", ""),
    ("a", "a@x.org"),
    ("a", "A@x.org\N{WORD JOINER}"),
    ("b", "b@x.org"),
]
ACCOUNTS = [None, None, 7, 8]


class Row(NamedTuple):
    """A participant of before; each third event is another organization's."""

    event: int
    name: tuple[str, str]
    email: tuple[str, str]
    user: int | None

    @property
    def organization(self) -> int:
        return 2 if self.event % 3 == 0 else 1


ROWS = st.lists(
    st.builds(
        Row,
        st.integers(1, 6),
        st.sampled_from(NAMES),
        st.sampled_from(ADDRESSES),
        st.sampled_from(ACCOUNTS),
    ),
    max_size=12,
)


def same(one: Row, other: Row) -> bool:
    """Whether two rows say that they are one person."""
    accounts = one.user is not None and one.user == other.user
    addresses = one.email[0] != "" and one.email[0] == other.email[0]
    return (
        one.organization == other.organization
        and one.name[0] == other.name[0]
        and (accounts or addresses)
    )


def accounts_differ(row: Row, group: Iterable[Row]) -> bool:
    return len({one.user for one in [row, *group]} - {None}) > 1


def expected(rows: Sequence[Row]) -> list[list[int]]:
    """The rule word by word: each row is compared with each that came before."""
    groups: list[list[int]] = []
    for number, row in enumerate(rows):
        fits = [
            group
            for group in groups
            if any(same(row, rows[one]) for one in group)
            and not accounts_differ(row, [rows[one] for one in group])
        ]
        if len(fits) == 1 and row.event not in {rows[one].event for one in fits[0]}:
            fits[0].append(number)
        else:
            groups.append([number])
    return groups
