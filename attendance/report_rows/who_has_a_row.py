"""Who has a row in the report of a session: one rule, for one report and for many.

Source: docs/rules.md 30.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime
from typing import Any, TypeAlias

from django.db.models import F, FilteredRelation, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from attendance.evidence.session_evidence import (
    NOTHING_SEEN,
    presence,
    read_evidence,
    shown_until,
)
from attendance.models import Status
from attendance.rules.instants import microseconds
from events.models import EXPECTED, Participant, Registration, User
from sessions_app.models import LiveSession

# Who has a row in a session's report, as has_row() says it, of people annotated so.
HAS_ROW = Q(registration__in=EXPECTED) | Q(was_there=True) | Q(is_marked=True)


def has_row(person: Participant, *, was_there: bool, is_marked: bool) -> bool:
    """Whether somebody of a roster has a row in the report of a session.

    Who is expected has; who waits for a place has where they were there, or a person
    decided about them. (Those of whom nothing is reported are not asked about.)
    """
    return person.registration in EXPECTED or was_there or is_marked


# Participants, once for each session of their event, which annotates them.
People: TypeAlias = QuerySet[Any]


def with_a_row(rows: People, *, now: datetime) -> People:
    """Return those of :func:`all_rows` that are in the session's report.

    What was seen is looked up for those alone who wait for a place, where no
    calculation has told it.
    """
    condition = HAS_ROW
    waiting: dict[int, list[int]] = defaultdict(list)
    for session, person in rows.filter(
        registration=Registration.WAITLISTED,
        has_intervals=False,
        starts_at__lt=now,
    ).values_list("session", "pk"):
        waiting[session].append(person)
    for session, came in _who_came(waiting, now):
        condition |= Q(session=session, pk__in=came)
    return rows.filter(condition)


def _who_came(
    waiting: dict[int, list[int]], now: datetime
) -> Iterator[tuple[int, list[int]]]:
    if not waiting:
        return
    evidence = read_evidence(waiting, set().union(*waiting.values()))
    for session in LiveSession.objects.filter(pk__in=evidence):
        until = shown_until(session, now)
        window = microseconds(session.starts_at), microseconds(until)
        seen = evidence[session.pk].people
        yield (
            session.pk,
            [
                person
                for person in waiting[session.pk]
                if presence(seen.get(person, NOTHING_SEEN), window)
            ],
        )


def all_rows(user: User) -> People:
    """Everybody whom ``user`` sees, once for each session of their events.

    Annotated with the session, and with the decision about them there. (Only what is
    annotated may be filtered by: else the rows would be joined once more.)
    """
    return (
        Participant.objects.visible_to(user)
        .in_reports()
        .annotate(
            session=F("event__sessions"),
            session_type=F("event__sessions__session_type"),
            starts_at=F("event__sessions__starts_at"),
            is_void=Q(event__sessions__cancelled_at__isnull=False),
            decision=FilteredRelation(
                "attendances",
                condition=Q(attendances__session=F("event__sessions")),
            ),
        )
        .filter(session__isnull=False)
        .annotate(
            status=Coalesce("decision__status", Value(Status.UNKNOWN.value)),
            source=F("decision__source"),
            has_intervals=Q(decision__intervals__isnull=False),
            was_there=Q(decision__intervals__0__isnull=False),
            is_marked=Q(decision__marked_at__isnull=False),
        )
    )
