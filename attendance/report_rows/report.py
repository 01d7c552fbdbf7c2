"""The report of a session, which pages, REST and CSV files show.

``read_reports.py`` reads it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from attendance.evidence.probable_people import Guess
from attendance.evidence.session_evidence import (
    Evidence,
    LinkedIdentity,
    UnmatchedPerson,
)
from attendance.models import Attendance, SessionCalculation, Status
from attendance.report_rows.as_json import decision_as_dict, intervals_as_dicts
from attendance.report_rows.visibility import ReportVisibility
from attendance.rules.calculation import Interval, Policy
from attendance.rules.instants import microseconds
from attendance.rules.proof import Proof
from events.models import Event, Participant
from sessions_app.models import LiveSession


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One person of a report: the decision, the calculated result, the explanation.

    Attributes:
        attendance: None before any decision.
        intervals: As calculated; before that presence so far.
        calculated_at: When the session was calculated; None before that.
        seen: The present evidence, which may be newer than the calculation's.
        linked: Linked identities under which they were seen; only for organizers.
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
        """The status that stands; ``unknown`` before any decision."""
        return self.attendance.status if self.attendance else Status.UNKNOWN

    @property
    def is_computed(self) -> bool:
        """Whether the last calculation gave a result for this person."""
        return bool(self.attendance and self.attendance.computed_status)

    def as_dict(self, *, with_identities: bool) -> dict[str, Any]:
        """Return the row in the shape of REST; the identity only if asked for."""
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
    """Somebody who was seen and matches nobody on the roster.

    Attributes:
        seconds: Presence inside the window, rounded down.
        guess: Who it probably is; only for organizers.
    """

    stranger: UnmatchedPerson
    seconds: int
    intervals: list[Interval]
    guess: Guess | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """A session's report as one reader may see it.

    Attributes:
        policy: The policy that decided; before that the one in effect now.
        until: The end of the window, or the present time while it runs.
        seen: The present evidence, by participant id.
        proof: What is known that may prove that the session was held.
        facts: Number of facts from around the time of the session.
        unmatched: Everybody who was seen and matches nobody on the roster.
        candidates: The people an unmatched person could be: the whole roster, including
            people who cancelled and onlookers. Only for organizers, and empty if nobody
            is unmatched.
        not_enrolled: Those of the roster who have no row because they were not
            enrolled then, in the order of the rows.

    The last four are read only by ``session_report``, not for many reports.
    """

    session: LiveSession
    calculation: SessionCalculation | None
    policy: Policy
    until: datetime
    visibility: ReportVisibility
    seen: Mapping[int, Evidence]
    proof: Proof
    rows: list[ReportRow] = field(default_factory=list)
    facts: int = 0
    unmatched: list[UnmatchedRow] = field(default_factory=list)
    candidates: list[Participant] = field(default_factory=list)
    not_enrolled: list[Participant] = field(default_factory=list)

    @property
    def event(self) -> Event:
        """The event of the session."""
        return self.session.event

    @property
    def calculated_at(self) -> datetime | None:
        """When the last successful calculation began; None before any."""
        return self.calculation.calculated_at if self.calculation else None

    @property
    def window(self) -> tuple[int, int]:
        """Start and end of the window so far, in microseconds since the epoch."""
        return microseconds(self.session.starts_at), microseconds(self.until)

    @property
    def is_void(self) -> bool:
        """Whether the session is cancelled, so that no decision is counted."""
        return self.session.cancelled_at is not None

    @property
    def nobody_seen(self) -> bool:
        """Whether the session was calculated, and no source had seen anybody."""
        return self.calculation is not None and self.calculation.people_seen == 0

    @property
    def anybody_came_online(self) -> bool:
        """Whether anybody of the report, or unmatched, was seen, or tried to join."""
        return bool(self.unmatched) or any(
            row.intervals or row.seen.attempts.number for row in self.rows
        )

    @property
    def proved(self) -> bool:
        """Whether something proves that the session was held."""
        return self.proof.proves(self.session.mode)

    @property
    def summary(self) -> dict[str, int]:
        """The number of people with each status."""
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
            "mode": session.mode,
            "room_name": session.room_name,
            "starts_at": session.starts_at,
            "ends_at": session.ends_at,
            "ended_at": session.ended_at,
            "cancelled_at": session.cancelled_at,
            "void": self.is_void,
            "window": {"starts_at": session.starts_at, "ends_at": session.end},
            "calculated_at": self.calculated_at,
            "nobody_seen": self.nobody_seen,
            "held": self._held_as_dict(),
            "policy": self.policy._asdict(),
        }

    def _held_as_dict(self) -> dict[str, Any]:
        """Return what proves that it was held; how many came only to who sees all."""
        proof = self.proof if self.visibility.sees_everybody else None
        return {
            "proved": self.proved,
            "seen": proof and proof.seen,
            "checked_in": proof and proof.checked_in,
            "marked": proof and proof.marked,
        }

    def row_as_dict(self, row: ReportRow) -> dict[str, Any]:
        """Return a row in the shape of REST, as this reader may see it."""
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
