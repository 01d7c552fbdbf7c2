"""The summary on top of an event's page of attendance, in the language that is active.

Source: docs/rules.md 114, 116.
"""

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from attendance.evidence.sessions_of_event import SessionsOfEvent
from attendance.models import Status
from attendance.report_rows.people_filter import (
    CHECKED_IN,
    NOT_CHECKED_IN,
    ListedPerson,
)
from attendance.wording.phrases import IN_ORDER, Count


def count_sessions(sessions: SessionsOfEvent) -> list[Count]:
    """Return how far the sessions of a running event are."""
    decided = len(sessions.decided)
    counts = [
        Count("", ngettext("session decided", "sessions decided", decided), decided),
        Count("", _("running"), len(sessions.running)),
        Count("", _("to come"), len(sessions.to_come)),
        Count("", _("not calculated yet"), len(sessions.not_calculated)),
        Count("", _("perhaps not held"), len(sessions.not_proved)),
        Count("", _("cancelled"), len(sessions.cancelled)),
    ]
    return [count for count in counts if count.number or count is counts[0]]


def count_at_door(people: Iterable[ListedPerson], *, is_over: bool) -> list[Count]:
    """Return who of those expected was checked in, and the statuses of the others."""
    people = list(people)
    doors = [person.door for person in people]
    came = pgettext("people", "checked in")
    missing = pgettext("people", "not checked in yet")
    if is_over:
        missing = pgettext("people", "not checked in")
    others = [person.status for person in people if not person.door]
    return [
        Count("here", came, doors.count(CHECKED_IN)),
        Count("", missing, doors.count(NOT_CHECKED_IN)),
        *(each for each in count_statuses(others) if each.tone != Status.UNKNOWN),
    ]


def count_statuses(statuses: Sequence[str]) -> list[Count]:
    """Return the number of people by status, without statuses that nobody has."""
    return [
        Count(status.value, str(status.label), number)
        for status in IN_ORDER
        if (number := statuses.count(status))
    ]
