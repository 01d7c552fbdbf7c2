"""Reads what is said of the people of events without sessions, such as meetups.

The rows have the shape of a session's report; the decisions are those about the event.
Nothing here writes.

Source: docs/rules.md 123.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from attendance.evidence.session_evidence import NOTHING_SEEN
from attendance.models import Attendance
from attendance.report_rows.report import ReportRow
from attendance.report_rows.visibility import ReportVisibility
from attendance.rules.event_result import credit
from attendance.wording.sentences import sentence_of
from events.accounts.clocks import zone_of
from events.models import Event, EventState, Participant, User

EventRosters: TypeAlias = Sequence[tuple[Event, Sequence[Participant]]]


@dataclass(frozen=True, slots=True)
class EventReport:
    """The people of an event without sessions, as one reader may see them.

    What many reports show of it has the names that it has in ``Report``.
    """

    event: Event
    visibility: ReportVisibility
    rows: list[ReportRow] = field(default_factory=list)

    @property
    def is_void(self) -> bool:
        """Whether the event is cancelled, so that no decision is counted."""
        return self.event.state == EventState.CANCELLED

    def session_as_dict(self) -> None:
        """Return None: there is no session."""

    def row_as_dict(self, row: ReportRow) -> dict[str, Any]:
        """Return a row in the shape of REST, as this reader may see it."""
        return row.as_dict(with_identities=self.visibility.sees_identities)


def read_event_reports(rosters: EventRosters, *, user: User) -> list[EventReport]:
    """Return what is said of these people of each event, by three queries.

    Args:
        rosters: Events, each with the people wanted, in the order of the rows.
        user: A user who may see these events and people.
    """
    if not rosters:
        return []
    events = [event for event, _people in rosters]
    decisions = _decisions([person for _event, people in rosters for person in people])
    return [
        EventReport(
            event,
            visibility,
            [_row(event, person, decisions.get(person.pk)) for person in people],
        )
        for (event, people), visibility in zip(
            rosters, ReportVisibility.of_events(events, user), strict=True
        )
    ]


def _decisions(people: Sequence[Participant]) -> dict[int, Attendance]:
    decisions = Attendance.objects.filter(
        session=None, participant__in=[person.pk for person in people]
    ).select_related("marked_by", "checked_in_by")
    return {decision.participant_id: decision for decision in decisions}


def _row(event: Event, person: Participant, decision: Attendance | None) -> ReportRow:
    parts = decision or Attendance(notes="")
    sentence = sentence_of(
        parts,
        starts_at=event.starts_at,
        zone=ZoneInfo(zone_of(event)),
        calculated=True,
        # Of sessions that are gone.
        follows=credit((), sessions=0) if parts.derived else None,
    )
    return ReportRow(person, decision, [], sentence, None, NOTHING_SEEN)
