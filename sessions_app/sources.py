"""Where presence is told from: one table, and everything else asks it.

A further source is a gateway beside ``livekit.py``, which stores facts and folds them
into connections, and an entry here. ``makemigrations`` then writes a migration of this
app and one of attendance, and the catalogues of languages get its words.

Source: docs/rules.md 26.
"""

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext_lazy as _

from sessions_app.stays import ROOM_STAYS

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise

LIVEKIT = "livekit"
WHITEBOARD = "whiteboard"


class PresenceSource(NamedTuple):
    """One source.

    Attributes:
        name: As the column ``source`` of its facts and connections has it.
        label: For people.
        stays: SQL of what its connections amount to; ``s`` is the session, ``c`` the
            connection (``stays.py``).
        throughout: Words for somebody whom it saw from the start to the end.
        amount: Words for how long it saw somebody.
    """

    name: str
    label: "StrPromise"
    stays: str
    throughout: "StrPromise"
    amount: "StrPromise | str" = "%(amount)s"


# By rank: of several that saw somebody the first decides.
SOURCES = (
    PresenceSource(
        LIVEKIT,
        _("LiveKit"),
        stays=ROOM_STAYS,
        throughout=_("in the room from the start to the end"),
    ),
    PresenceSource(
        WHITEBOARD,
        _("whiteboard"),
        stays=ROOM_STAYS,
        throughout=_("from the start to the end"),
        amount=_("%(amount)s on the whiteboard"),
    ),
)
SOURCE_CHOICES = [(source.name, source.label) for source in SOURCES]


def stays(condition: str) -> str:
    """Return SQL of what all sources saw of people in sessions.

    Each source reads its connections by rules of its own; the columns are those of
    ``ROOM_STAYS``.

    Args:
        condition: SQL about ``s``, the session, and ``c``, the connection.
    """
    names: dict[str, list[str]] = defaultdict(list)
    for source in SOURCES:
        names[source.stays].append(f"'{source.name}'")
    return " UNION ALL ".join(
        f"{sql} AND c.source IN ({', '.join(of_same_rules)}) AND {condition}"
        for sql, of_same_rules in names.items()
    )
