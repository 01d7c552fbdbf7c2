"""Who has a row in the report of a session, in Python and in SQL; and of an event.

Source: docs/rules.md 30, 123.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any, NamedTuple, TypeAlias

from django.db.models import (
    BigIntegerField,
    CharField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast, Coalesce

from attendance.evidence.due import LATE_COMMIT
from attendance.evidence.enrolled import expected_at, expected_in
from attendance.evidence.session_evidence import (
    NOTHING_SEEN,
    presence,
    read_evidence,
    shown_until,
)
from attendance.models import Status
from attendance.rules.instants import microseconds
from events.models import EXPECTED, EventState, Participant, User
from sessions_app.models import LiveSession, PresenceEvent

# Newest first; events without sessions before sessions that begin at the same time,
# because null comes first.
NEWEST_FIRST = ("-starts_at", "-session", "-event_id")

# The condition of has_row() for rows of all_rows().
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


class Meeting(NamedTuple):
    """What a row is about: a session, or else an event without sessions."""

    session: int | None
    event: int

    @classmethod
    def of(cls, person: Any) -> "Meeting":
        """Return what one of the rows below is about."""
        return cls(person.session, person.event_id)


# Participants, once for each session of their event, annotated by :func:`all_rows`.
People: TypeAlias = QuerySet[Any]


def with_a_row(rows: People, *, now: datetime) -> People:
    """Return those of :func:`all_rows` that are in the reports of their sessions.

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


def all_rows(user: User) -> People:
    """Return everybody whom ``user`` sees, once for each session of their events.

    They are annotated with the session, and with the decision about them there. Filter
    by these annotations only: another lookup would join the sessions once more.
    """
    return (
        Participant.objects.visible_to(user)
        .in_reports()
        .annotate(
            session=F("event__sessions"),
            session_type=F("event__sessions__session_type"),
            mode=F("event__sessions__mode"),
            starts_at=F("event__sessions__starts_at"),
            is_void=Q(event__sessions__cancelled_at__isnull=False),
            is_expected=expected_in("event__sessions"),
            decision=FilteredRelation(
                "attendances",
                condition=Q(attendances__session=F("event__sessions")),
            ),
        )
        .filter(session__isnull=False)
        .annotate(
            status=Coalesce("decision__status", Value(Status.UNKNOWN.value)),
            source=F("decision__source"),
            was_there=Q(decision__intervals__0__isnull=False),
            is_marked=Q(decision__marked_at__isnull=False),
        )
    )


def rows_without_sessions(user: User) -> People:
    """Return everybody whom ``user`` sees at events without sessions.

    They are annotated as in :func:`all_rows`, with the decision about the event; for
    them ``HAS_ROW`` is the whole condition. Registered people and walk-ins are
    expected; others have a row if anything was decided about them.
    """
    return (
        Participant.objects.visible_to(user)
        .in_reports()
        .filter(event__sessions__isnull=True)
        .annotate(
            session=Cast(Value(None), BigIntegerField()),
            session_type=Cast(Value(None), CharField()),
            mode=Cast(Value(None), CharField()),
            starts_at=F("event__starts_at"),
            is_void=Q(event__state=EventState.CANCELLED),
            is_expected=Q(registration__in=EXPECTED),
            decision=FilteredRelation(
                "attendances", condition=Q(attendances__session=None)
            ),
        )
        .annotate(
            status=Coalesce("decision__status", Value(Status.UNKNOWN.value)),
            source=F("decision__source"),
            was_there=Value(False),
            is_marked=Q(decision__source__isnull=False),
        )
    )


def together(parts: Iterable[People]) -> People:
    """Return rows of :func:`all_rows` and :func:`rows_without_sessions` as one list.

    They are joined, not found together, so that neither slows down the other.
    """
    first, *others = parts
    return first.union(*others, all=True) if others else first
