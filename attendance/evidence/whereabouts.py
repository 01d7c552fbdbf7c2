"""Where people are while a session runs, according to the evidence."""

from itertools import chain
from typing import NamedTuple

from django.db import models
from django.utils.translation import pgettext_lazy

from attendance.evidence.session_evidence import Evidence
from attendance.models import Status


class Whereabouts(models.TextChoices):
    """Where somebody is while a session runs."""

    HERE = "here", pgettext_lazy("people", "in the room")
    LEFT = "left", pgettext_lazy("people", "left")
    MISSING = "missing", pgettext_lazy("people", "not seen")


class LastSeen(NamedTuple):
    """Where somebody is, and since when; instants as in ``Stay``.

    Attributes:
        since: Start of the oldest of their open connections; None if they are not in
            the room.
        left_at: When they left; None if they are in the room, or were never seen.
        is_inferred: ``left_at`` is estimated: no fact says that they left.
    """

    since: int | None = None
    left_at: int | None = None
    is_inferred: bool = False

    @property
    def where(self) -> Whereabouts:
        if self.since is not None:
            return Whereabouts.HERE
        return Whereabouts.MISSING if self.left_at is None else Whereabouts.LEFT


def last_seen(seen: Evidence) -> LastSeen:
    """Return where somebody is now, from the evidence about them."""
    stays = list(chain.from_iterable(seen.stays))
    open_since = [stay.joined_at for stay in stays if stay.left_at is None]
    if open_since:
        return LastSeen(since=min(open_since))
    ends = [
        (max(stay.joined_at, stay.left_at), not stay.inferred)
        for stay in stays
        if stay.left_at is not None
    ]
    if not ends:
        return LastSeen()
    left_at, is_reported = max(ends)
    return LastSeen(left_at=left_at, is_inferred=not is_reported)


def where_of(seen: Evidence, status: str) -> Whereabouts | None:
    """Return where somebody is now; None if they were not seen but are decided about.

    So nobody who was checked in at the door, or is excused, is shown as missing.
    """
    where = last_seen(seen).where
    is_open = where != Whereabouts.MISSING or status == Status.UNKNOWN
    return where if is_open else None
