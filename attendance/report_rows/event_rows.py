"""Reads rows of course results, and the decisions about chosen people.

The rows have the shape of a session's report, but course results have no calculated
figures: those fields are empty, and the explanation names the sessions that the result
follows from. Nothing here writes.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db.models import Count, F, FilteredRelation, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from attendance.evidence.enrolled import was_enrolled
from attendance.evidence.session_decisions import session_decisions
from attendance.evidence.session_evidence import NOTHING_SEEN
from attendance.models import Attendance, Status
from attendance.policies.effective import policies_of_events
from attendance.report_rows.read_reports import ORDER_OF_PEOPLE, read_reports
from attendance.report_rows.report import ReportRow
from attendance.rules.calculation import Policy
from attendance.rules.event_result import SessionDecision, credit, so_far
from attendance.wording.sentences import sentence_of
from events.accounts.clocks import zone_of
from events.models import Event, Participant, Registration, User
from events.permissions import Viewer
from sessions_app.models import LiveSession


def roster_with_decisions(event: Event, user: User) -> QuerySet[Any]:
    """Return the people whom ``user`` sees on the roster, with their course results.

    They are annotated with ``event_status``, which is ``unknown`` before any decision,
    and ``is_marked``: a person decided it. Onlookers are left out, and so are people
    who cancelled before any session, unless something was decided about them.
    """
    return (
        Participant.objects.visible_to(user)
        .in_reports()
        .filter(event=event)
        .annotate(
            decision=FilteredRelation(
                "attendances", condition=Q(attendances__session=None)
            ),
        )
        .annotate(
            event_status=Coalesce(F("decision__status"), Value(Status.UNKNOWN.value)),
            is_marked=Q(decision__marked_at__isnull=False),
        )
        .filter(
            ~Q(registration=Registration.CANCELLED)
            | was_enrolled()
            | Q(decision__source__isnull=False)
        )
        .order_by(*ORDER_OF_PEOPLE)
    )


def count_statuses(people: QuerySet[Any]) -> dict[str, int]:
    """Return how many people of :func:`roster_with_decisions` have each status."""
    counts: dict[str, int] = dict.fromkeys(Status.values, 0)
    counted = people.order_by().values_list("event_status").annotate(number=Count("pk"))
    return counts | dict(counted)


def event_rows(
    event: Event, people: Sequence[Participant], *, tells_so_far: bool = False
) -> list[ReportRow]:
    """Return a row with the course result of each person, by four queries at most.

    Args:
        event: The event, which has been read.
        people: Participants of the event.
        tells_so_far: As in :func:`rows_of_events`.
    """
    for person in people:
        person.event = event
    return rows_of_events(people, tells_so_far=tells_so_far)


def rows_of_events(
    people: Sequence[Participant], *, tells_so_far: bool = False
) -> list[ReportRow]:
    """Return a row with each person's course result, of any events, in their order.

    It takes four queries at most.

    Args:
        people: Participants, with their events loaded.
        tells_so_far: The events have sessions and are not completed: the explanations
            of people without a course result say what its sessions have decided so far.
    """
    ids = [person.pk for person in people]
    stored = Attendance.objects.filter(session=None, participant__in=ids)
    decisions = {
        decision.participant_id: decision
        for decision in stored.select_related("marked_by", "checked_in_by")
    }
    derived = {d.event_id for d in decisions.values() if d.derived}
    events = {person.event_id for person in people} if tells_so_far else derived
    return _Rows(
        decisions,
        session_decisions(ids),
        _numbers_of_sessions(derived) if derived else {},
        policies_of_events(events) if events else {},
        tells_so_far,
    ).of(people)


def _numbers_of_sessions(events: Collection[int]) -> dict[int, int]:
    held = LiveSession.objects.filter(event__in=events, cancelled_at=None)
    counted = held.order_by().values_list("event").annotate(number=Count("pk"))
    return dict(counted)


class _Rows(NamedTuple):
    """What rows of course results are made of, by participant and by event."""

    decisions: Mapping[int, Attendance]
    of_sessions: Mapping[int, Sequence[SessionDecision]]
    sessions: Mapping[int, int]
    policies: Mapping[int, Policy]
    tells_so_far: bool

    def of(self, people: Iterable[Participant]) -> list[ReportRow]:
        return list(map(self._row, people))

    def _row(self, person: Participant) -> ReportRow:
        event, decision = person.event, self.decisions.get(person.pk)
        parts = decision or Attendance(notes="")
        at_sessions = self.of_sessions.get(person.pk, ())
        number = self.sessions.get(event.pk, 0)
        follows = credit(at_sessions, sessions=number) if parts.derived else None
        is_open = self.tells_so_far and parts.status == Status.UNKNOWN
        until_now = so_far(at_sessions) if is_open else None
        sentence = sentence_of(
            parts,
            starts_at=event.starts_at,
            zone=ZoneInfo(zone_of(event)),
            calculated=True,
            follows=follows,
            so_far=until_now,
            policy=self.policies[event.pk] if follows or until_now else None,
        )
        return ReportRow(person, decision, [], sentence, None, NOTHING_SEEN)


def decisions_as_dicts(
    event: Event,
    session: LiveSession | None,
    people: Sequence[Participant],
    *,
    viewer: Viewer,
    now: datetime,
) -> list[dict[str, Any]]:
    """Return the decisions about people in the shape of REST, in the given order.

    Args:
        event: The event of the people and of the session.
        session: The session of the decisions; None: course results.
        people: The participants.
        viewer: The user who reads; only organizers see identities.
        now: Presence in a running session is shown until this time.
    """
    if session is None:
        rows = event_rows(event, people)
    else:
        session.event = event
        [report] = read_reports(
            [(session, people)], user=viewer.user, now=now, all_of_them=True
        )
        rows = report.rows
    with_identities = viewer.organizes(event.organization_id)
    return [row.as_dict(with_identities=with_identities) for row in rows]
