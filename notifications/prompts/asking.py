"""Whom to ask about an event, and what.

Source: docs/rules.md 179.
"""

from collections.abc import Sequence
from enum import Enum
from typing import NamedTuple

from django.db import connection

from attendance.rules.precedence import CHECK_IN, SELF_REPORTED, SYSTEM_DEFAULT
from attendance.rules.statuses import CREDITED_WHOLLY, MARKED_AWAY
from core.sql import sql_values
from events.models import ParticipantRole, Registration
from sessions_app.ends import END


class Question(Enum):
    """What somebody is asked: whether they attended, or only how it was."""

    WHETHER = "whether"
    HOW = "how"


class Facts(NamedTuple):
    """What decides whether somebody is asked about an event, and what.

    Attributes:
        role: One of ``ParticipantRole``.
        registration: One of ``Registration``.
        sessions: Number of sessions of the event that are not cancelled.
        is_enrolled: They are enrolled at the end of an event of several sessions; or
            while the only session, or the event without sessions, lasted.
        was_seen: They were present or late, anywhere in the event, by a source of
            presence, a check-in, or the mark of a person.
        is_marked_away: A person marked them absent or excused.
        asks_viewers: The event asks people who only looked at its page.
        asks_how: The organization asks people who were seen how it was.
    """

    role: str
    registration: str
    sessions: int
    is_enrolled: bool
    was_seen: bool
    is_marked_away: bool
    asks_viewers: bool
    asks_how: bool


def question_for(facts: Facts) -> Question | None:
    """Return what somebody is asked; None if they are not asked. Pure."""
    if facts.role == ParticipantRole.HOST or facts.is_marked_away:
        return None
    if facts.registration == Registration.VIEWED:
        return Question.WHETHER if facts.asks_viewers else None
    if facts.registration != Registration.REGISTERED or not facts.is_enrolled:
        return None
    fitting = fitting_question(facts)
    return fitting if fitting is Question.WHETHER or facts.asks_how else None


def fitting_question(facts: Facts) -> Question:
    """Return what one can ask somebody who opens a page to answer. Pure.

    Whoever was seen is never asked there whether they came, either.
    """
    if facts.registration == Registration.VIEWED:
        return Question.WHETHER
    knows = facts.was_seen or facts.sessions > 1
    return Question.HOW if knows else Question.WHETHER


class Asked(NamedTuple):
    """Somebody on a roster, what they are to be asked, and whether they have answered.

    Attributes:
        participant_id: Their place.
        question: What they are asked; None if they are not.
        fitting: What a page asks that they open by themselves.
        has_answered: They said whether they attended, or how it was.
    """

    participant_id: int
    question: Question | None
    fitting: Question
    has_answered: bool


# Sources by which nobody was seen.
_NOT_SEEN = (SELF_REPORTED, SYSTEM_DEFAULT)
_NO_MARKS = (CHECK_IN, *_NOT_SEEN)

_FACTS = f"""
    WITH event AS MATERIALIZED (
        SELECT e.id, e.prompt_viewers, o.asks_how_it_was, {END} AS ends_at,
            coalesce(held.number, 0) AS sessions,
            coalesce(held.starts_at, e.starts_at) AS starts_at
        FROM events_event e
        JOIN events_organization o ON o.id = e.organization_id
        LEFT JOIN LATERAL (
            SELECT count(*) AS number, min(s.starts_at) AS starts_at
            FROM sessions_app_livesession s
            WHERE s.event_id = e.id AND s.cancelled_at IS NULL
        ) held ON true
        WHERE e.id IN (
            SELECT event_id FROM events_participant WHERE id = ANY(%(people)s)
        )
    )
    SELECT p.id, p.role, p.registration, e.sessions,
        CASE WHEN e.sessions > 1
            THEN p.enrolled @> e.ends_at - interval '1 microsecond'
            ELSE p.enrolled && tstzrange(e.starts_at, e.ends_at)
        END,
        coalesce(d.seen, false), coalesce(d.away, false),
        e.prompt_viewers, e.asks_how_it_was,
        coalesce(d.answered, false) OR EXISTS (
            SELECT FROM attendance_feedback f WHERE f.participant_id = p.id
        )
    FROM events_participant p
    JOIN event e ON e.id = p.event_id
    LEFT JOIN LATERAL (
        SELECT
            bool_or(
                a.status IN ({sql_values(CREDITED_WHOLLY)}) AND NOT a.derived
                AND a.source NOT IN ({sql_values(_NOT_SEEN)})
            ) AS seen,
            bool_or(a.session_id IS NULL AND away.is_marked) OR (
                bool_and(away.is_marked) FILTER (WHERE a.session_id IS NOT NULL)
            ) AS away,
            bool_or(a.self_answered_at IS NOT NULL) AS answered
        FROM attendance_attendance a
        LEFT JOIN sessions_app_livesession s ON s.id = a.session_id
        CROSS JOIN LATERAL (
            SELECT a.status IN ({sql_values(MARKED_AWAY)})
                AND a.marked_at IS NOT NULL
                AND a.source NOT IN ({sql_values(_NO_MARKS)}) AS is_marked
        ) away
        WHERE a.participant_id = p.id AND s.cancelled_at IS NULL
    ) d ON true
    WHERE p.id = ANY(%(people)s)
    ORDER BY p.id
"""


def read_asked(people: Sequence[int]) -> list[Asked]:
    """Return what people are to be asked, in order of id, by one query.

    Args:
        people: Ids of participants, of any events.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FACTS, {"people": list(people)})
        return [
            Asked(pk, question_for(facts), fitting_question(facts), has_answered)
            for pk, facts, has_answered in (
                (pk, Facts._make(facts), has_answered)
                for pk, *facts, has_answered in cursor.fetchall()
            )
        ]
