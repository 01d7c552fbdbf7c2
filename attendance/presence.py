"""Who is connected to a session now, and since when.

Seconds are those of ended connections: the answer changes only when somebody comes or
goes, or the session starts or ends.

Source: edges.md 31.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import models
from django.utils.translation import pgettext_lazy

from attendance.calculation import Policy, Stay, calculate_person
from attendance.evidence import NOTHING_SEEN, Evidence, read_evidence
from attendance.models import Status
from attendance.report import Sight
from attendance.reports import all_rows, in_reports
from attendance.selectors import ORDER_OF_PEOPLE
from attendance.shapes import instant, microseconds
from events.models import Participant, User
from sessions_app.models import LiveSession

# Whoever is still connected this long after the end was forgotten by the server.
OVERTIME = timedelta(hours=1)


class Where(models.TextChoices):
    """Where somebody is while a session runs."""

    HERE = "here", pgettext_lazy("people", "here now")
    LEFT = "left", pgettext_lazy("people", "were here")
    MISSING = "missing", pgettext_lazy("people", "not seen yet")


class Whereabouts(NamedTuple):
    """Where somebody is, and since when; instants as in ``Stay``.

    Attributes:
        since: When the oldest of their open connections began; None if they are not
            in the room.
        left_at: When they left; None if they are in the room, or never were.
        is_inferred: No fact says that they left.
    """

    since: int | None = None
    left_at: int | None = None
    is_inferred: bool = False

    @property
    def where(self) -> Where:
        """The same in a word."""
        if self.since is not None:
            return Where.HERE
        return Where.MISSING if self.left_at is None else Where.LEFT


def whereabouts(seen: Evidence) -> Whereabouts:
    """Return where somebody of whom this was seen is now."""
    stays = [*seen.livekit, *seen.whiteboard]
    open_since = [stay.joined_at for stay in stays if stay.left_at is None]
    if open_since:
        return Whereabouts(since=min(open_since))
    ends = [
        (max(stay.joined_at, stay.left_at), not stay.inferred)
        for stay in stays
        if stay.left_at is not None
    ]
    if not ends:
        return Whereabouts()
    left_at, is_told = max(ends)
    return Whereabouts(left_at=left_at, is_inferred=not is_told)


def where_of(seen: Evidence, status: str) -> Where | None:
    """Return where somebody is now; None: they were not seen, and it is decided.

    So nobody who was checked in at the door, or is excused, is looked for.
    """
    where = whereabouts(seen).where
    is_open = where != Where.MISSING or status == Status.UNKNOWN
    return where if is_open else None


def attendance_status(
    session: LiveSession, *, user: User, now: datetime
) -> dict[str, Any]:
    """Return ``{session, running, participants}`` as ``user`` may see it.

    Args:
        session: With its event at hand.
        user: One who may see the session; a participant sees themselves alone.
        now: Tells whether it is running.
    """
    sight = Sight.of(session, user)
    evidence = read_evidence([session.pk]).get(session.pk)
    people = evidence.people if evidence else {}
    is_called_off = session.cancelled_at is not None
    is_watched = not is_called_off and now < session.end + OVERTIME
    rows = in_reports(all_rows(user).filter(session=session.pk), now=now)
    return {
        "session": session.pk,
        "running": not is_called_off and session.starts_at <= now < session.end,
        "participants": [
            _row(
                session, person, people.get(person.pk, NOTHING_SEEN), sight, is_watched
            )
            for person in rows.order_by(*ORDER_OF_PEOPLE)
        ],
    }


def _row(
    session: LiveSession,
    person: Participant,
    seen: Evidence,
    sight: Sight,
    is_watched: bool,
) -> dict[str, Any]:
    since = whereabouts(seen).since if is_watched else None
    return {
        "participant": {
            "id": person.pk,
            "name": person.name,
            "role": person.role,
            "identity": person.identity if sight.of_identities else None,
        },
        "connected": since is not None,
        "connected_since": None if since is None else instant(since),
        "attended_seconds": _ended_seconds(session, seen),
    }


def _ended_seconds(session: LiveSession, seen: Evidence) -> int:
    window = microseconds(session.starts_at), microseconds(session.end)
    _source, figures = calculate_person(
        *window, _ended(seen.livekit), _ended(seen.whiteboard), Policy()
    )
    return figures.attended_seconds


def _ended(stays: Sequence[Stay]) -> list[Stay]:
    return [stay for stay in stays if stay.left_at is not None]
