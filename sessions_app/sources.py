"""The table of sources of presence, such as LiveKit.

A further source needs an entry here, and a gateway like ``livekit.py`` that stores
facts and folds them into connections. ``makemigrations`` then writes a migration of
this app and one of attendance; its words have to be translated.

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
    """A source of presence.

    Attributes:
        name: The value of the column ``source`` of its facts and connections.
        label: Its name for people.
        stays: SQL of the stays in its connections; ``s`` is the session, ``c`` the
            connection (``stays.py``).
        throughout: Words for a person whom it saw from the start to the end.
        amount: Words for how long it saw a person.
    """

    name: str
    label: "StrPromise"
    stays: str
    throughout: "StrPromise"
    amount: "StrPromise | str" = "%(amount)s"


# In order of rank: if several saw a person, the first of them decides.
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
    """Return SQL that selects the stays of all sources, each by its own rules.

    The columns are those of ``ROOM_STAYS``.

    Args:
        condition: An SQL condition on ``s``, the session, and ``c``, the connection.
    """
    names: dict[str, list[str]] = defaultdict(list)
    for source in SOURCES:
        names[source.stays].append(f"'{source.name}'")
    return " UNION ALL ".join(
        f"{sql} AND c.source IN ({', '.join(of_same_rules)}) AND {condition}"
        for sql, of_same_rules in names.items()
    )
