"""Reports of sessions: everybody on the roster, what was decided, and why.

Pages, REST and exports show the same rows. Rows of a calculated session show what was
stored; before that, presence so far is read from the connections. Nothing here writes.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias
from zoneinfo import ZoneInfo

from django.db.models import Q

from attendance.calculation import Interval, Policy, calculate_person
from attendance.evidence import (
    NOTHING_SEEN,
    Evidence,
    LinkedIdentity,
    Stranger,
    read_evidence,
    read_linked,
    read_policies,
    read_strangers,
)
from attendance.guesses import Candidate, Guess, Known, guess
from attendance.models import Attendance, SessionCalculation, Status
from attendance.shapes import (
    decision_as_dict,
    instant,
    intervals_as_dicts,
    microseconds,
    sentence_of,
)
from events.models import EXPECTED, Event, KnownIdentity, Participant, User
from events.permissions import Viewer
from sessions_app.models import LiveSession, PresenceEvent

# Facts of this long before and after a session are told as having been received.
AROUND = timedelta(hours=1)
# Hosts first, then by name.
ORDER_OF_PEOPLE = ("-role", "name", "pk")

Rosters: TypeAlias = Sequence[tuple[LiveSession, Sequence[Participant]]]


@dataclass(frozen=True, slots=True)
class Sight:
    """What somebody may see of a report.

    Attributes:
        of_all: Everybody's rows and who was unmatched; else only their own row.
        of_identities: LiveKit identities, by which one could be taken for another.
        of_addresses: Everybody's mail address; else only their own.
        user_id: Whose own row it would be.
    """

    of_all: bool
    of_identities: bool
    of_addresses: bool
    user_id: int | None

    @classmethod
    def of(cls, session: LiveSession, user: User) -> "Sight":
        """Organizers see all, viewers all but identities, hosts no addresses either."""
        [sight] = cls.of_each([session], user)
        return sight

    @classmethod
    def of_each(cls, sessions: Sequence[LiveSession], user: User) -> list["Sight"]:
        """Return what ``user`` may see of each session, by two queries."""
        viewer = Viewer.of(user)
        events = {session.event_id for session in sessions}
        hosted = Event.objects.hosted_by(user).filter(pk__in=events)
        hosted_ids = set(hosted.values_list("pk", flat=True))
        return [
            cls(
                of_all=session.event_id in hosted_ids
                or viewer.belongs_to(session.event.organization_id),
                of_identities=viewer.organizes(session.event.organization_id),
                of_addresses=viewer.belongs_to(session.event.organization_id),
                user_id=user.pk,
            )
            for session in sessions
        ]

    def address_of(self, person: Participant) -> str | None:
        """Return a mail address; None where it is not the reader's business."""
        is_self = person.user_id is not None and person.user_id == self.user_id
        return person.email if self.of_addresses or is_self else None


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

    def as_dict(self, *, of_identities: bool) -> dict[str, Any]:
        """Return the row in the shape of REST, the identity only if it may be seen."""
        person = self.participant
        return {
            "participant": {
                "id": person.pk,
                "name": person.name,
                "role": person.role,
                "identity": person.identity if of_identities else None,
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

    stranger: Stranger
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
    sight: Sight
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
        if self.sight.of_all:
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
        return row.as_dict(of_identities=self.sight.of_identities)

    def _unmatched_as_dict(self, row: UnmatchedRow) -> dict[str, Any]:
        stranger = row.stranger
        return {
            "identity": stranger.identity if self.sight.of_identities else None,
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


def session_report(session: LiveSession, *, user: User, now: datetime) -> Report:
    """Return the report of ``session`` as ``user`` may see it.

    Args:
        session: With its event at hand (``select_related("event")``).
        user: One who may see the session.
        now: Presence of a running session is shown until then.
    """
    roster = Participant.objects.visible_to(user).in_reports()
    people = roster.filter(event=session.event_id).order_by(*ORDER_OF_PEOPLE)
    [report] = read_reports([(session, list(people))], user=user, now=now)
    if report.sight.of_all:
        report.unmatched.extend(_unmatched(report))
    if report.sight.of_identities and report.unmatched:
        _guess(report)
    return replace(report, facts=_facts_around(session))


def read_reports(
    rosters: Rosters,
    *,
    user: User,
    now: datetime,
    waiting: bool = False,
) -> list[Report]:
    """Return a report of each session, however many, by a constant number of queries.

    Args:
        rosters: Sessions, with their events at hand, each with those of its people who
            are looked for, in the order in which they are shown. The waitlisted among
            them get a row only if they were there, or somebody decided about them.
        user: One who may see these sessions and people.
        now: Presence of a running session is shown until then.
        waiting: The waitlisted all get a row.
    """
    sessions = [session for session, _people in rosters]
    sights = Sight.of_each(sessions, user)
    ids = [session.pk for session in sessions]
    policies = read_policies(ids)
    calculations = SessionCalculation.objects.in_bulk(ids)
    evidence = read_evidence(ids, _people_of(rosters))
    reports = []
    for session, sight in zip(sessions, sights, strict=True):
        found = evidence.get(session.pk)
        report = Report(
            session,
            calculations.get(session.pk),
            policies[session.pk],
            shown_until(session, now),
            sight,
            found.people if found else {},
        )
        reports.append(report)
    _add_rows(reports, rosters, waiting=waiting)
    return reports


def _add_rows(reports: Sequence[Report], rosters: Rosters, *, waiting: bool) -> None:
    decisions = _decisions(rosters)
    linked = _linked(reports, _people_of(rosters))
    for report, (session, people) in zip(reports, rosters, strict=True):
        for person in people:
            seen = report.seen.get(person.pk, NOTHING_SEEN)
            decision = decisions.get((session.pk, person.pk))
            intervals = _intervals(decision, seen, report.window)
            is_marked = decision is not None and decision.marked_at is not None
            if person.registration in EXPECTED or intervals or is_marked or waiting:
                row = _row(report, person, decision, intervals, seen)
                row.linked.extend(linked.get((session.pk, person.pk), ()))
                report.rows.append(row)


def shown_until(session: LiveSession, now: datetime) -> datetime:
    """Return the end of what can have been seen of a session."""
    return min(max(now, session.starts_at), session.end)


def _people_of(rosters: Rosters) -> set[int]:
    return {person.pk for _session, people in rosters for person in people}


def _decisions(
    rosters: Rosters,
) -> dict[tuple[int | None, int], Attendance]:
    decisions = Attendance.objects.filter(
        session__in=[session for session, _people in rosters],
        participant__in=_people_of(rosters),
    ).select_related("marked_by")
    return {(d.session_id, d.participant_id): d for d in decisions}


def _facts_around(session: LiveSession) -> int:
    """Count the facts of the room from an hour before the window to an hour after it.

    For showing alone: early joiners and late leaves belong to a lesson, what was heard
    in the same room yesterday does not. (``due.FACTS_OF_SESSION`` counts more, because
    it must miss nothing.) A fact is of the time when it happened and of that when its
    connection began; one without a usable time, of that when it was received.
    """
    around = session.starts_at - AROUND, session.end + AROUND
    facts = PresenceEvent.objects.filter(room_name=session.room_name).filter(
        Q(occurred_at__range=around)
        | Q(joined_at__range=around)
        | Q(occurred_at=None, joined_at=None, received_at__range=around),
        # Nothing is told before it happens: this finds them by an index.
        received_at__gte=around[0],
    )
    return facts.count()


def _intervals(
    decision: Attendance | None,
    seen: Evidence,
    window: tuple[int, int],
) -> list[Interval]:
    if decision and decision.intervals is not None:
        return [Interval(*interval) for interval in decision.intervals]
    return presence(seen, window)


def presence(seen: Evidence, window: tuple[int, int]) -> list[Interval]:
    """Return when somebody was there, by the source that decides."""
    start, until = window
    if start >= until:
        return []
    _source, figures = calculate_person(
        start, until, seen.livekit, seen.whiteboard, Policy()
    )
    return list(figures.intervals)


def _unmatched(report: Report) -> Iterable[UnmatchedRow]:
    for stranger in read_strangers(report.session.pk):
        intervals = presence(stranger.evidence, report.window)
        if intervals or stranger.evidence.attempts.number:
            length = sum(left - joined for joined, left, _ in intervals)
            yield UnmatchedRow(stranger, length // 1_000_000, intervals)


def _linked(
    reports: Iterable[Report], people: Iterable[int]
) -> dict[tuple[int, int], list[LinkedIdentity]]:
    sessions = [r.session.pk for r in reports if r.sight.of_identities]
    linked: dict[tuple[int, int], list[LinkedIdentity]] = defaultdict(list)
    for one in read_linked(sessions, people) if sessions else ():
        linked[one.session_id, one.participant_id].append(one)
    return linked


def _guess(report: Report) -> None:
    """Say of everybody unmatched who it probably is."""
    event = report.session.event
    report.candidates.extend(
        Participant.objects.filter(event=event).order_by(*ORDER_OF_PEOPLE)
    )
    candidates = [
        Candidate(one.pk, one.name, one.identity, one.pk in report.seen)
        for one in report.candidates
    ]
    identities = [row.stranger.identity for row in report.unmatched]
    known = {
        link.identity: Known(
            link.participant.name, link.participant.email, link.participant.event.title
        )
        for link in KnownIdentity.objects.filter(
            organization=event.organization_id, identity__in=identities
        )
        .select_related("participant__event")
        .order_by("pk")
    }
    for row in report.unmatched:
        if identity := row.stranger.identity:
            name = row.stranger.name or ""
            row.guess = guess(identity, name, known.get(identity), candidates)


def _row(
    report: Report,
    person: Participant,
    decision: Attendance | None,
    intervals: list[Interval],
    seen: Evidence,
) -> ReportRow:
    sentence = sentence_of(
        decision or _attempts_alone(seen),
        starts_at=report.session.starts_at,
        zone=ZoneInfo(report.session.event.time_zone),
        intervals=intervals,
        nobody_seen=report.nobody_seen,
        calculated=report.calculated_at is not None,
    )
    return ReportRow(person, decision, intervals, sentence, report.calculated_at, seen)


def _attempts_alone(seen: Evidence) -> Attendance:
    """Return what is known of somebody about whom nothing was computed."""
    tries = seen.attempts
    return Attendance(
        failed_attempts=tries.number,
        first_attempt_at=None if tries.first_at is None else instant(tries.first_at),
        last_attempt_at=None if tries.last_at is None else instant(tries.last_at),
    )
