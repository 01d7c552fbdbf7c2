"""Who has a row in the report of a session, in Python and in SQL.

Source: docs/rules.md 30.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import (
    DateTimeField,
    Exists,
    ExpressionWrapper,
    OuterRef,
    Q,
    QuerySet,
)

from attendance.evidence.due import LATE_COMMIT
from attendance.evidence.enrolled import expected_at
from attendance.evidence.session_evidence import (
    NOTHING_SEEN,
    presence,
    read_evidence,
    shown_until,
)
from attendance.report_rows.rows_of_reports import People
from attendance.rules.instants import microseconds
from events.models import Participant
from sessions_app.models import LiveSession, PresenceEvent

# The condition of has_row() for rows of ``rows_of_reports.py``.
HAS_ROW = Q(is_expected=True) | Q(was_there=True) | Q(is_marked=True)


def has_row(
    person: Participant, session: LiveSession, *, was_there: bool, is_marked: bool
) -> bool:
    """Return whether somebody on the roster has a row in the report of a session.

    Everybody who is expected has one. People on the waiting list, and people who were
    not enrolled then, have one if they were there, or a person decided about them.
    Callers have left out onlookers.
    """
    return expected_at(person, session) or was_there or is_marked


def with_a_row(rows: People, *, now: datetime) -> People:
    """Return those of ``all_rows()`` that are in the reports of their sessions.

    Evidence is read only for people who are not expected, and only for sessions that
    were never calculated, or have facts since: a calculation writes the presence of all
    who came.
    """
    condition = HAS_ROW
    others = rows.filter(is_expected=False, starts_at__lt=now).order_by()
    not_expected: dict[int, list[int]] = defaultdict(list)
    sessions = _not_yet_calculated(others.values("session"))
    for session, person in others.filter(session__in=sessions).values_list(
        "session", "pk"
    ):
        not_expected[session].append(person)
    for session, came in _who_came(not_expected, now):
        condition |= Q(session=session, pk__in=came)
    return rows.filter(condition)


def _not_yet_calculated(sessions: QuerySet[Any, Any]) -> QuerySet[Any, int]:
    """Return the ids of those sessions that have facts which no calculation has read.

    They may have some: a fact may be committed later than its ``received_at``.
    """
    since = ExpressionWrapper(
        OuterRef("calculation__calculated_at") - LATE_COMMIT,
        output_field=DateTimeField(),
    )
    new_facts = PresenceEvent.objects.filter(
        room_name=OuterRef("room_name"), received_at__gt=since
    )
    return LiveSession.objects.filter(
        Q(calculation__calculated_at=None) | Exists(new_facts), pk__in=sessions
    ).values_list("pk", flat=True)


def _who_came(
    not_expected: dict[int, list[int]], now: datetime
) -> Iterator[tuple[int, list[int]]]:
    if not not_expected:
        return
    evidence = read_evidence(not_expected, set().union(*not_expected.values()))
    for session in LiveSession.objects.filter(pk__in=evidence):
        until = shown_until(session, now)
        window = microseconds(session.starts_at), microseconds(until)
        seen = evidence[session.pk].people
        yield (
            session.pk,
            [
                person
                for person in not_expected[session.pk]
                if presence(seen.get(person, NOTHING_SEEN), window)
            ],
        )
