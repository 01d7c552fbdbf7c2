"""The points per status, and the ledger of engagement points.

A person's total always equals the current points of their current decisions: each
change of a decision writes an entry with the difference, and so does everything else
that changes the total (a new mapping, a session cancelled or created, feedback).
Decisions at sessions are counted, course results only for events without sessions;
cancelled sessions are not counted.

Source: docs/rules.md 69, 70.
"""

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from django.db import connection, transaction

from attendance.locks import lock_heads
from attendance.models import POINTS_FOR_FEEDBACK, Feedback, PointsMapping
from attendance.rules.statuses import MEANINGS, Status
from core.sql import as_array
from events.models import Participant

# More is a slip of the pen.
MOST_POINTS = 10_000


class PointsPerStatus(NamedTuple):
    """Points per status, and for feedback; other statuses give none."""

    present: int = MEANINGS[Status.PRESENT].points
    late: int = MEANINGS[Status.LATE].points
    partial: int = MEANINGS[Status.PARTIAL].points
    feedback: int = POINTS_FOR_FEEDBACK

    def of(self, status: str) -> int:
        """Return the points of a decision with this status."""
        points: int = self._asdict().get(Status(status), 0)
        return points


def points_per_status_in(organizations: Iterable[int]) -> Mapping[int, PointsPerStatus]:
    """Return the points per status of each organization, by its id."""
    ids = set(organizations)
    rows = PointsMapping.objects.filter(organization__in=ids).values_list(
        "organization", *PointsPerStatus._fields
    )
    own = {organization: PointsPerStatus(*values) for organization, *values in rows}
    return {
        organization: own.get(organization, PointsPerStatus()) for organization in ids
    }


_WORTH = """
    (SELECT * FROM unnest(%(organizations)s::bigint[], %(statuses)s::text[],
        %(points)s::int[]) w (organization_id, status, points))
"""

# Decisions that are counted: those at sessions that are not cancelled, and course
# results of events without such sessions.
_COUNTS = """
    CASE WHEN {row}.session_id IS NULL THEN NOT EXISTS (
        SELECT FROM sessions_app_livesession s
        WHERE s.event_id = {event} AND s.cancelled_at IS NULL
    ) ELSE EXISTS (
        SELECT FROM sessions_app_livesession s
        WHERE s.id = {row}.session_id AND s.cancelled_at IS NULL
    ) END
"""

_GIVE = f"""
    INSERT INTO attendance_engagemententry (
        organization_id, participant_id, session_id, change_id, points
    )
    SELECT c.organization_id, c.participant_id, c.session_id, c.id,
        after.points - before.points
    FROM attendance_attendancechange c
    JOIN events_participant p ON p.id = c.participant_id
    JOIN {_WORTH} before
        ON before.organization_id = c.organization_id AND before.status = c.from_status
    JOIN {_WORTH} after
        ON after.organization_id = c.organization_id AND after.status = c.to_status
    WHERE c.batch = %(batch)s AND c.organization_id = ANY(%(of)s)
        AND after.points <> before.points
        AND {_COUNTS.format(row="c", event="p.event_id")}
    ORDER BY c.id
"""

_BALANCE = f"""
    WITH person AS (
        SELECT p.id, p.event_id, e.organization_id
        FROM events_participant p JOIN events_event e ON e.id = p.event_id
        WHERE {{who}}
    ), due AS (
        SELECT a.participant_id, sum(w.points) AS points
        FROM attendance_attendance a
        JOIN person ON person.id = a.participant_id
        JOIN {_WORTH} w
            ON w.organization_id = person.organization_id AND w.status = a.status
        WHERE {_COUNTS.format(row="a", event="a.event_id")}
        GROUP BY 1
    ), thanks AS (
        SELECT f.participant_id, w.points
        FROM attendance_feedback f
        JOIN person ON person.id = f.participant_id
        JOIN {_WORTH} w
            ON w.organization_id = person.organization_id AND w.status = 'feedback'
    ), given AS (
        SELECT g.participant_id, sum(g.points) AS points
        FROM attendance_engagemententry g
        JOIN person ON person.id = g.participant_id
        GROUP BY 1
    )
    INSERT INTO attendance_engagemententry (organization_id, participant_id, points)
    SELECT person.organization_id, person.id, balance.points
    FROM person
    LEFT JOIN due ON due.participant_id = person.id
    LEFT JOIN thanks ON thanks.participant_id = person.id
    LEFT JOIN given ON given.participant_id = person.id
    CROSS JOIN LATERAL (
        SELECT coalesce(due.points, 0) + coalesce(thanks.points, 0)
            - coalesce(given.points, 0) AS points
    ) balance
    WHERE balance.points <> 0
    ORDER BY person.id
"""


def give_points(batch: int, organizations: Iterable[int]) -> None:
    """Write the points that each change of a batch gave or took.

    The caller has locked the heads of the logs (``lock_heads``).
    """
    ids = sorted(set(organizations))
    with connection.cursor() as cursor:
        cursor.execute(_GIVE, _mapping(ids) | {"batch": batch, "of": ids})


@transaction.atomic
def balance_event(event_id: int, organization_id: int) -> None:
    """Balance the ledger after sessions of an event were created or cancelled."""
    _balance("p.event_id = %(id)s", event_id, organization_id)


@transaction.atomic
def balance_after_feedback(
    sender: object, instance: Feedback, **kwargs: object
) -> None:
    """Write the points of feedback that was given or withdrawn.

    A receiver of ``post_save`` and ``post_delete``, so that what is erased by hand is
    followed, too.
    """
    person = Participant.objects.select_related("event").get(pk=instance.participant_id)
    _balance("p.id = %(id)s", person.pk, person.event.organization_id)


@transaction.atomic
def set_points_per_status(organization_id: int, worth: PointsPerStatus) -> None:
    """Set the points per status of an organization, and balance everybody's ledger."""
    # Lock before the update: transactions that write changes read the mapping under the
    # same lock.
    lock_heads([organization_id])
    PointsMapping.objects.update_or_create(
        organization_id=organization_id, defaults=worth._asdict()
    )
    _balance("e.organization_id = %(id)s", organization_id, organization_id)


def _balance(who: str, id_: int, organization_id: int) -> None:
    lock_heads([organization_id])
    with connection.cursor() as cursor:
        cursor.execute(
            _BALANCE.format(who=who), _mapping([organization_id]) | {"id": id_}
        )


def _mapping(organizations: list[int]) -> dict[str, Any]:
    """Return the parameters of :data:`_WORTH`; feedback is listed like a status."""
    rows = [
        (organization, name, points)
        for organization, worth in points_per_status_in(organizations).items()
        for name, points in [
            *((str(status), worth.of(status)) for status in Status),
            ("feedback", worth.feedback),
        ]
    ]
    organizations_, statuses, points = zip(*rows, strict=True)
    return {
        "organizations": as_array(organizations_),
        "statuses": as_array(statuses),
        "points": as_array(points),
    }
