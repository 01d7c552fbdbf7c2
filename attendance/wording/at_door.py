"""Who came to the door of a session or an event, who is waited for, and their number.

Hosts are no guests: they count only if they were checked in or marked.

Source: docs/rules.md 113, 116, 118, 124.
"""

from collections import Counter
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from attendance.models import Status
from attendance.rules.statuses import DID_NOT_COME
from attendance.wording.phrases import Count, count_statuses
from events.models import Event

CHECKED_IN, NOT_CHECKED_IN = "in", "out"
# Who has one of these statuses did not come, or not yet: to an event, and to a session,
# of which the absent are told apart.
MISSING_AT_EVENT = (Status.UNKNOWN, *DID_NOT_COME)
MISSING_AT_SESSION = (Status.UNKNOWN,)


class AtDoor(NamedTuple):
    """What is known of somebody for whom there is a door; people are counted by it."""

    status: str
    is_expected: bool
    is_checked_in: bool
    is_host: bool

    def side(self, missing: Collection[str]) -> str:
        """Return whether they were checked in, or are expected and missing.

        Args:
            missing: The statuses of people who did not come, or not yet.
        """
        if self.is_checked_in:
            return CHECKED_IN
        is_guest = not self.is_host or self.status != Status.UNKNOWN
        is_missing = self.is_expected and is_guest and self.status in missing
        return NOT_CHECKED_IN if is_missing else ""


def count_at_door(
    people: Mapping[AtDoor, int], missing: Collection[str], *, is_over: bool
) -> list[Count]:
    """Return how many were checked in and how many not, and the statuses of the others.

    Args:
        people: The number of people by what is known of them.
        missing: The statuses of people who did not come, or not yet.
        is_over: Nobody will come any more.
    """
    sides: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for person, number in people.items():
        side = person.side(missing)
        sides[side] += number
        if not side and person.status != Status.UNKNOWN:
            others[person.status] += number
    label = pgettext("people", "not checked in yet")
    if is_over:
        label = pgettext("people", "not checked in")
    return [
        Count("here", pgettext("people", "checked in"), sides[CHECKED_IN]),
        Count(Status.UNKNOWN.value, label, sides[NOT_CHECKED_IN]),
        *count_statuses(others),
    ]


def not_checked_in(event: Event, now: datetime) -> str:
    """Return the sentence about somebody of whom nothing is decided at an event.

    It is empty before the door opens.
    """
    if now < event.door_opens_at(event.starts_at):
        return ""
    return _("Not checked in") if now >= event.end else _("Not checked in yet")
