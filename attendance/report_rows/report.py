"""A session's report: its rows, who was unmatched, and what somebody may see of it.

Pages, REST and exports show the same. ``reading.py`` reads it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from attendance.evidence.guesses import Guess
from attendance.evidence.reading import Evidence, LinkedIdentity, UnmatchedPerson
from attendance.models import Attendance, SessionCalculation, Status
from attendance.report_rows.as_json import decision_as_dict, intervals_as_dicts
from attendance.rules.calculation import Interval, Policy
from attendance.rules.instants import microseconds
from events.models import Event, Participant, User
from events.permissions import Viewer
from sessions_app.models import LiveSession


@dataclass(frozen=True, slots=True)
class ReportVisibility:
    """What somebody may see of a report.

    Attributes:
        sees_everybody: Everybody's rows and who was unmatched; else only their own row.
        sees_identities: LiveKit identities, by which one could be taken for another.
        sees_addresses: Everybody's mail address; else only their own.
        user_id: Whose own row it would be.
    """

    sees_everybody: bool
    sees_identities: bool
    sees_addresses: bool
    user_id: int | None

    @classmethod
    def of(cls, session: LiveSession, user: User) -> "ReportVisibility":
        """Organizers see all, viewers all but identities, hosts no addresses either."""
        [visibility] = cls.of_each([session], user)
        return visibility

    @classmethod
    def of_each(
        cls, sessions: Sequence[LiveSession], user: User
    ) -> list["ReportVisibility"]:
        """Return what ``user`` may see of each session, by two queries."""
        viewer = Viewer.of(user)
        events = {session.event_id for session in sessions}
        hosted = Event.objects.hosted_by(user).filter(pk__in=events)
        hosted_ids = set(hosted.values_list("pk", flat=True))
        return [
            cls(
                sees_everybody=session.event_id in hosted_ids
                or viewer.belongs_to(session.event.organization_id),
                sees_identities=viewer.organizes(session.event.organization_id),
                sees_addresses=viewer.belongs_to(session.event.organization_id),
                user_id=user.pk,
            )
            for session in sessions
        ]

    def address_of(self, person: Participant) -> str | None:
        """Return a mail address; None where it is not the reader's business."""
        is_self = person.user_id is not None and person.user_id == self.user_id
        return person.email if self.sees_addresses or is_self else None


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One person of a report: the decision, what was computed, and the explanation.

    ``seen`` is what stands in the connections now, also if a calculation read others.
    ``linked``: by which other identities they were seen, for organizers alone.
    """

    participant: Participant
    attendance: Attendance | None
    intervals: list[Interval]
    explanation: str
    calculated_at: datetime | None
    seen: Evidence
    linked: list[LinkedIdentity] = field(default_factory=list)

    @property
    def status(self) -> str:
        """The final status, unknown before any decision."""
        return self.attendance.status if self.attendance else Status.UNKNOWN

    @property
    def is_computed(self) -> bool:
        """Whether the last calculation found figures for this person."""
        return bool(self.attendance and self.attendance.computed_status)

    def as_dict(self, *, with_identities: bool) -> dict[str, Any]:
        """Return the row in the shape of REST, the identity only if it may be seen."""
        person = self.participant
        return {
            "participant": {
                "id": person.pk,
                "name": person.name,
                "role": person.role,
                "identity": person.identity if with_identities else None,
            },
            "status": self.status,
            **decision_as_dict(self.attendance),
            "attendance_calculated_at": self.calculated_at
            if self.is_computed
            else None,
            "explanation": self.explanation,
            "intervals": intervals_as_dicts(self.intervals),
            "linked_identities": [
                {"identity": linked.identity, "name": linked.name}
                for linked in self.linked
            ],
        }


@dataclass(slots=True)
class UnmatchedRow:
    """Somebody seen who is nobody on the roster; ``seconds`` in the window.

    ``guess``: who it probably is, for organizers alone.
    """

    stranger: UnmatchedPerson
    seconds: int
    intervals: list[Interval]
    guess: Guess | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A session's report as one reader may see it.

    Attributes:
        policy: The thresholds that decided, or would decide now.
        until: The end of the window, or the present time while it runs.
        seen: What stands in the connections, by participant id.
        facts: How many were received about the time around the window.
        unmatched: Who was seen and is not on the roster.
        candidates: Who an unmatched person could be: the whole roster, those who
            cancelled or only looked included. Empty but for organizers, and where
            nobody is unmatched.

    The last three are read for the report of one session alone.
    """

    session: LiveSession
    calculation: SessionCalculation | None
    policy: Policy
    until: datetime
    visibility: ReportVisibility
    seen: Mapping[int, Evidence]
    rows: list[ReportRow] = field(default_factory=list)
    facts: int = 0
    unmatched: list[UnmatchedRow] = field(default_factory=list)
    candidates: list[Participant] = field(default_factory=list)

    @property
    def calculated_at(self) -> datetime | None:
        """When the reading of the last calculation began."""
        return self.calculation.calculated_at if self.calculation else None

    @property
    def window(self) -> tuple[int, int]:
        """From when to when presence counts so far, in microseconds."""
        return microseconds(self.session.starts_at), microseconds(self.until)

    @property
    def is_void(self) -> bool:
        """Whether the session was cancelled, so that no decision counts."""
        return self.session.cancelled_at is not None

    @property
    def nobody_seen(self) -> bool:
        """Whether it was calculated, and no source had seen anybody."""
        return bool(self.calculated_at and self.calculation.nobody_seen)  # type: ignore[union-attr]

    @property
    def summary(self) -> dict[str, int]:
        """How many people have each status."""
        counts = dict.fromkeys(Status.values, 0)
        for row in self.rows:
            counts[row.status] += 1
        return counts

    def as_dict(self) -> dict[str, Any]:
        """Return the report in the shape of REST; times are aware datetimes."""
        report = {
            "session": self.session_as_dict(),
            "summary": self.summary,
            "results": [self.row_as_dict(row) for row in self.rows],
        }
        if self.visibility.sees_everybody:
            report["unmatched"] = [self._unmatched_as_dict(u) for u in self.unmatched]
        return report

    def session_as_dict(self) -> dict[str, Any]:
        """Return the session in the shape of REST."""
        session = self.session
        return {
            "id": session.pk,
            "event": session.event_id,
            "title": session.title,
            "session_type": session.session_type,
            "room_name": session.room_name,
            "starts_at": session.starts_at,
            "ends_at": session.ends_at,
            "ended_at": session.ended_at,
            "cancelled_at": session.cancelled_at,
            "void": self.is_void,
            "window": {"starts_at": session.starts_at, "ends_at": session.end},
            "calculated_at": self.calculated_at,
            "nobody_seen": self.nobody_seen,
            "policy": self.policy._asdict(),
        }

    def row_as_dict(self, row: ReportRow) -> dict[str, Any]:
        """Return one of the rows in the shape of REST."""
        return row.as_dict(with_identities=self.visibility.sees_identities)

    def _unmatched_as_dict(self, row: UnmatchedRow) -> dict[str, Any]:
        stranger = row.stranger
        return {
            "identity": stranger.identity if self.visibility.sees_identities else None,
            "name": stranger.name,
            "kind": stranger.kind,
            "attended_seconds": row.seconds,
            "failed_attempts": stranger.evidence.attempts.number,
            "intervals": intervals_as_dicts(row.intervals),
            "guess": row.guess and _guess_as_dict(row.guess),
        }


def _guess_as_dict(guess: Guess) -> dict[str, Any]:
    return {
        "participant": guess.participant_id,
        "name": guess.name,
        "ground": guess.ground.value,
    }
