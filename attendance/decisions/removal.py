"""What keeps places on rosters, and sessions, from being deleted.

Decisions do, their history and points, feedback, own answers, contested statuses,
announced absences, and that somebody was seen. Rows in which nothing was decided, seen
or answered are deleted with what they are about; so are absences that were taken back.

Source: docs/rules.md 101.
"""

from typing import Any

from django.db.models import Q

from attendance.evidence.session_evidence import read_evidence
from attendance.models import (
    AnnouncedAbsence,
    Attendance,
    AttendanceChange,
    Contest,
    EngagementEntry,
    Feedback,
    OwnAnswer,
    Status,
)
from events.models import Event, Participant
from events.removal import Hanging
from sessions_app.models import Connection
from sessions_app.removal import lock_sessions_of

_EMPTY = Q(
    Q(intervals__isnull=True) | Q(intervals=[]),
    Q(failed_attempts__isnull=True) | Q(failed_attempts=0),
    status=Status.UNKNOWN,
    source__isnull=True,
    marked_at__isnull=True,
    checked_in_at__isnull=True,
    self_answered_at__isnull=True,
)


def hangs_on_places(ids: list[int], **kwargs: Any) -> dict[int, set[Hanging]]:
    """Return what hangs on places.

    Their events' sessions are locked, so that nobody decides there meanwhile. The
    caller has locked the events, where course results are decided.
    """
    places = Participant.objects.filter(pk__in=ids)
    events = Event.objects.filter(participants__in=ids).distinct()
    sessions = lock_sessions_of(events.values_list("pk", flat=True))
    found = _traces("participant", ids)
    seen = {
        pk
        for evidence in read_evidence(sessions, ids).values()
        for pk in evidence.people
    }
    own = dict(places.values_list("identity", "pk"))
    joined = Connection.objects.filter(identity__in=own).values_list("identity")
    for pk in seen.union(own[str(identity)] for (identity,) in joined.distinct()):
        found.setdefault(pk, set()).add(Hanging.PRESENCE)
    for feedback in Feedback.objects.filter(participant__in=ids):
        found.setdefault(feedback.participant_id, set()).add(Hanging.FEEDBACK)
    return found


def hangs_on_sessions(ids: list[int], **kwargs: Any) -> dict[int, set[Hanging]]:
    """Return what hangs on sessions, which the caller has locked."""
    return _traces("session", ids)


def _traces(of: str, ids: list[int]) -> dict[int, set[Hanging]]:
    found: dict[int, set[Hanging]] = {}
    for rows, hanging in (
        (Attendance.objects.exclude(_EMPTY), Hanging.DECISIONS),
        (AttendanceChange.objects.all(), Hanging.HISTORY),
        (EngagementEntry.objects.all(), Hanging.POINTS),
        (OwnAnswer.objects.all(), Hanging.ANSWERS),
        (AnnouncedAbsence.objects.filter(withdrawn_at=None), Hanging.ABSENCES),
    ):
        of_any = rows.filter(**{f"{of}__in": ids}).order_by()
        for pk in of_any.values_list(of, flat=True).distinct():
            found.setdefault(pk, set()).add(hanging)
    contested = Contest.objects.filter(**{f"attendance__{of}__in": ids}).order_by()
    for pk in contested.values_list(f"attendance__{of}", flat=True).distinct():
        found.setdefault(pk, set()).add(Hanging.CONTESTS)
    return found


def delete_empty_of_places(ids: list[int], **kwargs: Any) -> None:
    """Delete the rows about people in which nothing was decided."""
    Attendance.objects.filter(_EMPTY, participant__in=ids).delete()
    AnnouncedAbsence.objects.filter(participant__in=ids).delete()


def delete_empty_of_sessions(ids: list[int], **kwargs: Any) -> None:
    """Delete the rows about sessions in which nothing was decided."""
    Attendance.objects.filter(_EMPTY, session__in=ids).delete()
    AnnouncedAbsence.objects.filter(session__in=ids).delete()
