"""Who is expected at a session, and whose presence there is theirs, in SQL and Python.

Expected are people on the roster who are registered or walk-ins, or were so until they
cancelled or went to the waiting list, at sessions that overlap their enrolment.
Everybody else has a row only if they were seen, checked in or marked there.

Presence belongs to everybody on the roster but onlookers; to people who cancelled only
at sessions that began before they did.

Source: docs/rules.md 93, 95, 96.
"""

from typing import Any

from django.db.models import (
    BooleanField,
    Exists,
    ExpressionWrapper,
    F,
    Func,
    OuterRef,
    Q,
    Value,
)
from django.db.models.functions import Coalesce

from core.spans import overlaps
from core.sql import sql_values
from events.models import EXPECTED, Participant, Registration
from sessions_app.models import LiveSession

# Registrations that count within the enrolment: who cancelled is enrolled until then.
# Of people on the waiting list those count who were registered before: their enrolment
# has ended.
_ENROLLED = (*EXPECTED, Registration.CANCELLED)


def is_expected(place: str = "p", session: str = "s") -> str:
    """Return the SQL condition that a place is expected at a session."""
    return f"""
        (({place}.registration IN ({sql_values(_ENROLLED)})
            OR {place}.registration = '{Registration.WAITLISTED}'
            AND NOT upper_inf({place}.enrolled))
        AND {place}.enrolled && tstzrange({session}.starts_at,
            coalesce({session}.ended_at, {session}.ends_at)))
    """


def owns_presence(place: str = "p", session: str = "s") -> str:
    """Return the SQL condition that presence at a session may be that of a place."""
    return f"""
        ({place}.registration <> '{Registration.VIEWED}'
        AND ({place}.cancelled_at IS NULL
            OR {session}.starts_at < {place}.cancelled_at))
    """


def expected_at(person: Participant, session: LiveSession) -> bool:
    """Return whether somebody is expected at a session of their event."""
    was_registered = person.registration == Registration.WAITLISTED and (
        person.latest.end is not None
    )
    return (person.registration in _ENROLLED or was_registered) and any(
        span.overlaps(session.starts_at, session.end) for span in person.enrolled
    )


def expected_in(sessions: str) -> Any:
    """Return the condition that a place is expected at a joined session.

    Args:
        sessions: The lookup of the session, such as ``event__sessions``.
    """
    end = Coalesce(f"{sessions}__ended_at", f"{sessions}__ends_at")
    return _expected(F(f"{sessions}__starts_at"), end)


def expected_then(session: LiveSession) -> Any:
    """Return the condition that a place of its event is expected at a session."""
    return _expected(Value(session.starts_at), Value(session.end))


def _expected(start: Any, end: Any) -> Any:
    during = Q(overlaps("enrolled", start, end))
    is_open = Func(F("enrolled"), function="upper_inf", output_field=BooleanField())
    was_registered = Q(registration=Registration.WAITLISTED) & ~Q(is_open)
    return ExpressionWrapper(
        (Q(registration__in=_ENROLLED) | was_registered) & during,
        output_field=BooleanField(),
    )


def was_not_enrolled(person: Participant, session: LiveSession) -> bool:
    """Return whether somebody would be expected, if they had been enrolled then."""
    return person.registration in _ENROLLED and not expected_at(person, session)


def was_enrolled() -> Exists:
    """Return the condition that a place was expected at any session of its event."""
    during = overlaps(
        OuterRef("enrolled"), F("starts_at"), Coalesce("ended_at", "ends_at")
    )
    sessions = LiveSession.objects.filter(event=OuterRef("event"), cancelled_at=None)
    return Exists(sessions.filter(Q(during)))


def has_left(person: Participant, session: LiveSession) -> bool:
    """Return whether somebody had cancelled before a session began."""
    return person.cancelled_at is not None and person.cancelled_at <= session.starts_at
