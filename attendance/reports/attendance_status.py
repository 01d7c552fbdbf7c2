"""Who is connected to a session now, and since when.

Seconds are counted only for ended connections, so that the answer, and its ETag, change
only when somebody comes or goes, or the session starts or ends.

Source: docs/rules.md 28, 82.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from attendance.evidence.session_evidence import NOTHING_SEEN, Evidence, read_evidence
from attendance.evidence.whereabouts import last_seen
from attendance.report_rows.read_reports import ORDER_OF_PEOPLE
from attendance.report_rows.rows_of_reports import all_rows
from attendance.report_rows.visibility import ReportVisibility
from attendance.report_rows.who_has_a_row import with_a_row
from attendance.rules.calculation import Policy, Stay, calculate_person
from attendance.rules.instants import instant, microseconds
from events.models import Participant, User
from sessions_app.models import LiveSession

# Connections still open this long after the end are assumed to be stale.
OVERTIME = timedelta(hours=1)


def attendance_status(
    session: LiveSession, *, user: User, now: datetime
) -> dict[str, Any]:
    """Return ``{session, running, participants}`` as ``user`` may see it.

    Args:
        session: With its event already loaded.
        user: A user who may see the session; attendees see only themselves.
        now: The present time, which tells whether the session is running.
    """
    visibility = ReportVisibility.of(session, user)
    evidence = read_evidence([session.pk]).get(session.pk)
    people = evidence.people if evidence else {}
    is_cancelled = session.cancelled_at is not None
    may_be_connected = not is_cancelled and now < session.end + OVERTIME
    rows = with_a_row(all_rows(user).filter(session=session.pk), now=now)
    return {
        "session": session.pk,
        "running": not is_cancelled and session.starts_at <= now < session.end,
        "participants": [
            _row(
                session,
                person,
                people.get(person.pk, NOTHING_SEEN),
                visibility,
                may_be_connected,
            )
            for person in rows.order_by(*ORDER_OF_PEOPLE)
        ],
    }


def _row(
    session: LiveSession,
    person: Participant,
    seen: Evidence,
    visibility: ReportVisibility,
    may_be_connected: bool,
) -> dict[str, Any]:
    since = last_seen(seen).since if may_be_connected else None
    return {
        "participant": {
            "id": person.pk,
            "name": person.name,
            "role": person.role,
            "identity": person.identity if visibility.sees_identities else None,
        },
        "connected": since is not None,
        "connected_since": None if since is None else instant(since),
        "attended_seconds": _ended_seconds(session, seen),
    }


def _ended_seconds(session: LiveSession, seen: Evidence) -> int:
    window = microseconds(session.starts_at), microseconds(session.end)
    ended = ((source, _ended_stays(stays)) for source, stays in seen.by_source)
    _source, figures = calculate_person(*window, ended, Policy())
    return figures.attended_seconds


def _ended_stays(stays: Sequence[Stay]) -> list[Stay]:
    return [stay for stay in stays if stay.left_at is not None]
