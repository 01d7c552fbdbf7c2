"""What is recorded about people over all their events, newest first.

A course result stands where the event ends. In an event of one session it only repeats
what is decided there, and is left out.

Source: docs/rules.md 188.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from attendance.decisions.answering import ANSWERS_COUNT_FOR
from attendance.models import Attendance, Feedback
from attendance.report_rows.event_rows import rows_of_events
from attendance.report_rows.read_reports import read_reports
from attendance.report_rows.report import Report, ReportRow
from events.models import Event, EventState, Participant, Registration
from sessions_app.ends import end
from sessions_app.models import LiveSession

# Decisions, annotated by :func:`history_of`.
History: TypeAlias = QuerySet[Any]


class Entry(NamedTuple):
    """What is recorded about somebody at a session, or (session None) an event.

    Attributes:
        pk: The id of the decision.
        ends_at: When the event ends.
        report: Of the session, with the rows of the same account alone.
    """

    pk: int
    place: Participant
    event: Event
    session: LiveSession | None
    row: ReportRow
    ends_at: datetime
    report: Report | None

    @property
    def is_void(self) -> bool:
        """Whether the session or the event was cancelled."""
        if self.session and self.session.cancelled_at:
            return True
        return self.event.state == EventState.CANCELLED

    @property
    def answers_until(self) -> datetime:
        """Until when the person's own answer counts."""
        return self.ends_at + ANSWERS_COUNT_FOR

    @property
    def feedback(self) -> Feedback | None:
        """What the person thought of the event."""
        return getattr(self.place, "feedback", None)


def history_of(about: Q, *, now: datetime) -> History:
    """Return the decisions about some people, newest first.

    What is undecided is left out before it begins, and so are onlookers.

    Args:
        about: Which people, as a condition on decisions.
        now: The present time.
    """
    one_session = (
        LiveSession.objects.uncancelled()
        .filter(event=OuterRef("event"))
        .order_by()
        .values("event")
        .annotate(number=Count("pk"))
        .filter(number=1)
    )
    repeats = Q(derived=True) & Q(Exists(one_session))
    return (
        Attendance.objects.filter(about)
        .exclude(participant__registration=Registration.VIEWED)
        .exclude(repeats)
        .annotate(
            begins_at=Coalesce("session__starts_at", "event__starts_at"),
            stands_at=Coalesce(
                "session__starts_at", "event__ends_at", "event__starts_at"
            ),
            event_ends_at=end("event__"),
        )
        .filter(Q(begins_at__lte=now) | Q(source__isnull=False))
        .order_by("-stands_at", "-pk")
    )


def read_entries(decisions: Iterable[Any], *, now: datetime) -> list[Entry]:
    """Return what some decisions of :func:`history_of` say, in the same order.

    Takes a constant number of queries. Nobody's identity is in it.
    """
    found = list(decisions)
    places = _places(found)
    sessions = LiveSession.objects.select_related("event__organization").in_bulk(
        {each.session_id for each in found if each.session_id}
    )
    reports = _reports(found, places, sessions, now)
    rows = {
        (report.session.pk, row.participant.pk): (row, report)
        for report in reports
        for row in report.rows
    }
    about_events = [places[d.participant_id] for d in found if d.session_id is None]
    results = {
        row.participant.pk: row
        for row in (rows_of_events(about_events) if about_events else ())
    }
    entries = []
    for each in found:
        place = places[each.participant_id]
        if each.session_id is None:
            row, report = results[place.pk], None
        else:
            row, report = rows[each.session_id, place.pk]
        session = sessions.get(each.session_id)
        ends_at = each.event_ends_at
        entries.append(
            Entry(each.pk, place, place.event, session, row, ends_at, report)
        )
    return entries


def _places(decisions: Sequence[Any]) -> dict[int, Participant]:
    places = Participant.objects.select_related("event__organization", "feedback")
    return places.in_bulk({each.participant_id for each in decisions})


def _reports(
    decisions: Sequence[Any],
    places: dict[int, Participant],
    sessions: dict[int, LiveSession],
    now: datetime,
) -> list[Report]:
    rosters: dict[int, list[Participant]] = defaultdict(list)
    for each in decisions:
        if each.session_id is not None:
            rosters[each.session_id].append(places[each.participant_id])
    return read_reports(
        [(sessions[pk], people) for pk, people in rosters.items()],
        user=None,
        now=now,
        all_of_them=True,
    )
