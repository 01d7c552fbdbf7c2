"""What lists tell of the people of sessions, and of events without sessions.

Who may read everybody is told numbers; everybody else their own statuses.

Source: docs/rules.md 124.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db.models import Count as CountOf
from django.db.models import Q

from attendance.models import Status
from attendance.report_rows.rows_of_reports import (
    People,
    all_rows,
    rows_without_sessions,
    together,
)
from attendance.report_rows.who_has_a_row import HAS_ROW, with_a_row
from attendance.wording.at_door import (
    MISSING_AT_EVENT,
    MISSING_AT_SESSION,
    AtDoor,
    count_at_door,
)
from attendance.wording.phrases import Count, count_statuses
from events.models import Event, EventState, ParticipantRole, User
from events.permissions import Viewer
from sessions_app.models import LiveSession
from sessions_app.occasions import OccasionId


class OwnStatus(NamedTuple):
    """The status of the reader, or of somebody for whom their account stands.

    ``name`` is empty if all lines are about one name; ``label`` is as long as no status
    is told.
    """

    name: str
    status: str
    label: str


@dataclass(frozen=True, slots=True)
class Numbers:
    """The people of one session, or of one event without sessions.

    Attributes:
        kinds: The number of people of each kind; of none for attendees.
        own: What attendees see instead: one status for each of their places.
    """

    kinds: Counter[AtDoor] = field(default_factory=Counter)
    own: list[OwnStatus] = field(default_factory=list)

    @property
    def statuses(self) -> set[str]:
        """All statuses that the reader may be told."""
        return {kind.status for kind in self.kinds} | {one.status for one in self.own}

    @property
    def leaves_attendees_unknown(self) -> bool:
        """Whether the reader may be told of attendees who are unknown."""
        return any(
            kind.status == Status.UNKNOWN and not kind.is_host for kind in self.kinds
        )

    @property
    def own_so_far(self) -> list[OwnStatus]:
        """The reader's own places, with a status where one is decided already."""
        named = [
            one._replace(label="") if one.status == Status.UNKNOWN else one
            for one in self.own
        ]
        return [one for one in named if one.name or one.label]

    @property
    def own_names(self) -> list[OwnStatus]:
        """The reader's own places by name; none if all lines are about one name."""
        return [one._replace(label="") for one in self.own if one.name]

    @property
    def by_status(self) -> list[Count]:
        """The number of people with each status."""
        statuses: Counter[str] = Counter()
        for kind, number in self.kinds.items():
            statuses[kind.status] += number
        return count_statuses(statuses)

    @property
    def of_running_session(self) -> list[Count]:
        """Who came to the door of a session, as long as it runs."""
        return self._at_door(MISSING_AT_SESSION, is_over=False)

    def of_event(self, event: Event, *, is_over: bool) -> list[Count]:
        """Return who came to the door of an event; once completed, the statuses."""
        if event.state == EventState.COMPLETED:
            return self.by_status
        return self._at_door(MISSING_AT_EVENT, is_over=is_over)

    def _at_door(self, missing: Collection[str], *, is_over: bool) -> list[Count]:
        counts = count_at_door(self.kinds, missing, is_over=is_over)
        return [count for count in counts if count.number]


def read_numbers(
    sessions: Sequence[LiveSession],
    events: Sequence[Event],
    user: User,
    viewer: Viewer,
    *,
    now: datetime,
) -> Mapping[OccasionId, Numbers]:
    """Return what ``user`` may be told of these sessions and events.

    Takes a constant number of queries.

    Args:
        sessions: With their events already loaded.
        events: Events without sessions.
        user: The reader.
        viewer: The reader with their roles.
        now: The present time.
    """
    of = {session.event_id: session.event for session in sessions}
    of |= {event.pk: event for event in events}
    hosted = (
        Event.objects.hosted_by(user).filter(pk__in=of).values_list("pk", flat=True)
    )
    whole = set(hosted.values_list("pk", flat=True)) | {
        event.pk for event in of.values() if viewer.belongs_to(event.organization_id)
    }
    rows = _rows(sessions, events, user, now)
    numbers: dict[OccasionId, Numbers] = defaultdict(Numbers)
    _count(numbers, [part.filter(event__in=whole) for part in rows])
    _add_own(numbers, [part.filter(event__in=of.keys() - whole) for part in rows])
    return numbers


def _rows(
    sessions: Sequence[LiveSession], events: Sequence[Event], user: User, now: datetime
) -> list[People]:
    ids = [session.pk for session in sessions]
    parts = [with_a_row(all_rows(user).filter(session__in=ids), now=now)]
    if events:
        of_events = rows_without_sessions(user).filter(event__in=events)
        parts.append(of_events.filter(HAS_ROW))
    return [part.order_by() for part in parts]


def _count(numbers: dict[OccasionId, Numbers], parts: Sequence[People]) -> None:
    """Count the people by kind, by one query."""
    by = ("session", "event_id", *AtDoor._fields)
    counted = together(
        part.annotate(
            is_checked_in=Q(decision__checked_in_at__isnull=False),
            is_host=Q(role=ParticipantRole.HOST),
        )
        .values_list(*by)
        .annotate(number=CountOf("pk"))
        for part in parts
    )
    for session, event, *kind, number in counted:
        numbers[OccasionId(session, event)].kinds[AtDoor(*kind)] += number


def _add_own(numbers: dict[OccasionId, Numbers], parts: Sequence[People]) -> None:
    """Add the statuses of the reader's own places, by one query."""
    by = ("session", "event_id", "person__name", "pk", "status")
    rows = together(part.values_list(*by) for part in parts)
    found = list(rows.order_by("person__name", "pk"))
    is_one = len({name for _session, _event, name, *_rest in found}) == 1
    for session, event, name, _pk, status in found:
        own = OwnStatus("" if is_one else name, status, str(Status(status).label))
        numbers[OccasionId(session, event)].own.append(own)
