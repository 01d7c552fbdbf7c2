"""Reading reports of sessions: everybody on the roster, what was decided, and why.

Rows of a calculated session show what was stored; before that, presence so far is read
from the connections. Nothing here writes.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TypeAlias
from zoneinfo import ZoneInfo

from django.db.models import Q

from attendance.evidence.probable_people import Candidate, LinkedElsewhere, guess
from attendance.evidence.session_evidence import (
    NOTHING_SEEN,
    Evidence,
    LinkedIdentity,
    presence,
    read_evidence,
    read_linked,
    read_policies,
    read_strangers,
    shown_until,
)
from attendance.models import Attendance, SessionCalculation
from attendance.report_rows.report import Report, ReportRow, UnmatchedRow
from attendance.report_rows.visibility import ReportVisibility
from attendance.report_rows.who_has_a_row import has_row
from attendance.rules.calculation import Interval
from attendance.rules.instants import instant
from attendance.wording.sentences import sentence_of
from events.models import KnownIdentity, Participant, User
from sessions_app.models import LiveSession, PresenceEvent

# Facts of this long before and after a session are told as having been received.
AROUND = timedelta(hours=1)
# Hosts first, then by name.
ORDER_OF_PEOPLE = ("-role", "name", "pk")


Rosters: TypeAlias = Sequence[tuple[LiveSession, Sequence[Participant]]]


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
    if report.visibility.sees_everybody:
        report.unmatched.extend(_unmatched(report))
    if report.visibility.sees_identities and report.unmatched:
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
    visibilities = ReportVisibility.of_each(sessions, user)
    ids = [session.pk for session in sessions]
    policies = read_policies(ids)
    calculations = SessionCalculation.objects.in_bulk(ids)
    evidence = read_evidence(ids, _people_of(rosters))
    reports = []
    for session, visibility in zip(sessions, visibilities, strict=True):
        found = evidence.get(session.pk)
        report = Report(
            session,
            calculations.get(session.pk),
            policies[session.pk],
            shown_until(session, now),
            visibility,
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
            is_marked = decision is not None and decision.is_marked
            was_there = bool(intervals)
            if waiting or has_row(person, was_there=was_there, is_marked=is_marked):
                row = _row(report, person, decision, intervals, seen)
                row.linked.extend(linked.get((session.pk, person.pk), ()))
                report.rows.append(row)


def _people_of(rosters: Rosters) -> set[int]:
    return {person.pk for _session, people in rosters for person in people}


def _decisions(
    rosters: Rosters,
) -> dict[tuple[int | None, int], Attendance]:
    decisions = Attendance.objects.filter(
        session__in=[session for session, _people in rosters],
        participant__in=_people_of(rosters),
    ).select_related("marked_by", "checked_in_by")
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


def _unmatched(report: Report) -> Iterable[UnmatchedRow]:
    for stranger in read_strangers(report.session.pk):
        intervals = presence(stranger.evidence, report.window)
        if intervals or stranger.evidence.attempts.number:
            length = sum(left - joined for joined, left, _ in intervals)
            yield UnmatchedRow(stranger, length // 1_000_000, intervals)


def _linked(
    reports: Iterable[Report], people: Iterable[int]
) -> dict[tuple[int, int], list[LinkedIdentity]]:
    sessions = [r.session.pk for r in reports if r.visibility.sees_identities]
    linked: dict[tuple[int, int], list[LinkedIdentity]] = defaultdict(list)
    for link in read_linked(sessions, people) if sessions else ():
        linked[link.session_id, link.participant_id].append(link)
    return linked


def _guess(report: Report) -> None:
    """Say of everybody unmatched who it probably is."""
    event = report.session.event
    report.candidates.extend(
        Participant.objects.filter(event=event).order_by(*ORDER_OF_PEOPLE)
    )
    candidates = [
        Candidate(person.pk, person.name, person.identity, person.pk in report.seen)
        for person in report.candidates
    ]
    identities = [row.stranger.identity for row in report.unmatched]
    known = {
        link.identity: LinkedElsewhere(
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
