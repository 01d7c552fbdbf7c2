"""The rows of reports, as one query: people at sessions, and at events without them.

Which of them are in a report says ``who_has_a_row.py``.

Source: docs/rules.md 30, 123.
"""

from collections.abc import Iterable
from typing import Any, TypeAlias

from django.db.models import (
    BigIntegerField,
    CharField,
    Exists,
    F,
    FilteredRelation,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Cast, Coalesce

from attendance.evidence.enrolled import expected_in
from attendance.models import Status
from events.models import EXPECTED, EventState, Participant, User
from sessions_app.models import LiveSession
from sessions_app.occasions import has_sessions

# Newest first; events without sessions before sessions that begin at the same time,
# because null comes first.
NEWEST_FIRST = ("-starts_at", "-session", "-event_id")

# Participants, once for each session of their event, annotated by :func:`all_rows`.
People: TypeAlias = QuerySet[Any]


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
    expected; others have a row if anything was decided about them. Of events whose
    sessions were all cancelled only people about whom anything was decided are here:
    the others have void rows of those sessions already.
    """
    return (
        Participant.objects.visible_to(user)
        .in_reports()
        .filter(~has_sessions("event"))
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
        .filter(
            Q(is_marked=True)
            | ~Exists(LiveSession.objects.filter(event=OuterRef("event")))
        )
    )


def together(parts: Iterable[People]) -> People:
    """Return rows of :func:`all_rows` and :func:`rows_without_sessions` as one list.

    They are joined, not found together, so that neither slows down the other.
    """
    first, *others = parts
    return first.union(*others, all=True) if others else first
