"""Reads the reports of sessions.

Rows of people with a calculated result show the stored intervals; otherwise presence so
far is read from the connections. Nothing here writes.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain
from typing import TypeAlias
from zoneinfo import ZoneInfo

from django.db.models import Q

from attendance.evidence.enrolled import was_not_enrolled
from attendance.evidence.probable_people import Candidate, LinkedElsewhere, guess
from attendance.evidence.proof import read_proofs
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
from attendance.rules.instants import instant, microseconds
from attendance.rules.proof import Proof
from attendance.wording.sentences import sentence_of
from events.accounts.clocks import zone_of
from events.models import KnownIdentity, Participant, User
from sessions_app.models import LiveSession, PresenceEvent

# Facts from up to this long before and after a session are counted in its report.
AROUND = timedelta(hours=1)
# Hosts first, then by name.
ORDER_OF_PEOPLE = ("-role", "person__name", "pk")


Rosters: TypeAlias = Sequence[tuple[LiveSession, Sequence[Participant]]]


def session_report(session: LiveSession, *, user: User, now: datetime) -> Report:
    """Return the report of ``session`` as ``user`` may see it.

    Args:
        session: With its event already loaded (``select_related("event")``).
        user: A user who may see the session.
        now: Presence in a running session is shown until this time.
    """
    roster = Participant.objects.visible_to(user).in_reports()
    of_event = roster.filter(event=session.event_id).order_by(*ORDER_OF_PEOPLE)
    people = list(of_event)
    [report] = read_reports([(session, people)], user=user, now=now)
    with_a_row = {row.participant.pk for row in report.rows}
    report.not_enrolled.extend(
        person
        for person in people
        if person.pk not in with_a_row and was_not_enrolled(person, session)
    )
    if report.visibility.sees_everybody:
        report.unmatched.extend(_unmatched(report))
    if report.visibility.sees_identities and report.unmatched:
        _guess(report)
    return replace(report, facts=_facts_around(session))


def read_reports(
    rosters: Rosters,
    *,
    user: User | None,
    now: datetime,
    all_of_them: bool = False,
) -> list[Report]:
    """Return a report of each session, by a constant number of queries.

    Args:
        rosters: Sessions with their events already loaded, each with the people wanted,
            in the order of the rows. Of people who were not expected only those get a
            row who were there, or about whom a person decided.
        user: A user who may see these sessions and people; None: for themselves.
        now: Presence in running sessions is shown until this time.
        all_of_them: Everybody in ``rosters`` gets a row.
    """
    sessions = [session for session, _people in rosters]
    visibilities = ReportVisibility.of_each(sessions, user)
    ids = [session.pk for session in sessions]
    policies = read_policies(ids)
    calculations = SessionCalculation.objects.in_bulk(ids)
    proofs = _proofs(sessions, calculations, now)
    evidence = read_evidence(ids, _people_of(rosters))
    reports = []
    for session, visibility in zip(sessions, visibilities, strict=True):
        session_evidence = evidence.get(session.pk)
        report = Report(
            session,
            calculations.get(session.pk),
            policies[session.pk],
            shown_until(session, now),
            visibility,
            session_evidence.people if session_evidence else {},
            proofs[session.pk],
        )
        reports.append(report)
    _add_rows(reports, rosters, all_of_them=all_of_them)
    return reports


def _proofs(
    sessions: Sequence[LiveSession],
    calculations: Mapping[int, SessionCalculation],
    now: datetime,
) -> dict[int, Proof]:
    """Return what is known, with everybody seen so far where nothing is calculated."""
    proofs = read_proofs(session.pk for session in sessions)
    not_calculated = {
        session.pk: session
        for session in sessions
        if session.starts_at <= now
        and (
            session.pk not in calculations
            or calculations[session.pk].calculated_at is None
        )
    }
    evidence = read_evidence(not_calculated) if not_calculated else {}
    for pk, of_session in evidence.items():
        session = not_calculated[pk]
        until = shown_until(session, now)
        window = microseconds(session.starts_at), microseconds(until)
        people = chain(of_session.people.values(), of_session.strangers)
        seen = sum(bool(presence(person, window)) for person in people)
        proofs[pk] = proofs[pk]._replace(seen=seen)
    return proofs


def _add_rows(
    reports: Sequence[Report], rosters: Rosters, *, all_of_them: bool
) -> None:
    decisions = _decisions(rosters)
    linked = _linked(reports, _people_of(rosters))
    for report, (session, people) in zip(reports, rosters, strict=True):
        for person in people:
            seen = report.seen.get(person.pk, NOTHING_SEEN)
            decision = decisions.get((session.pk, person.pk))
            intervals = _intervals(decision, seen, report.window)
            is_marked = decision is not None and decision.is_marked
            was_there = bool(intervals)
            if all_of_them or has_row(
                person, session, was_there=was_there, is_marked=is_marked
            ):
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
    """Return the number of facts from an hour before the window to an hour after it.

    Only for display: early joins and late leaves belong to a session, facts about the
    same room on the day before do not. (``due.FACTS_OF_SESSION`` counts more, because
    it must miss none.) A fact is counted if it happened in that time or its connection
    began in it; one without a usable time if it was received in it.
    """
    around = session.starts_at - AROUND, session.end + AROUND
    facts = PresenceEvent.objects.filter(room_name=session.room_name).filter(
        Q(occurred_at__range=around)
        | Q(joined_at__range=around)
        | Q(occurred_at=None, joined_at=None, received_at__range=around),
        # Implied, since no fact is received before it happens; it lets Postgres use an
        # index.
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
    """Set ``guess`` of each unmatched row, and the candidates of the report."""
    event = report.session.event
    report.candidates.extend(
        Participant.objects.filter(event=event).order_by(*ORDER_OF_PEOPLE)
    )
    candidates = [
        Candidate(person.pk, person.name, person.identity, person.pk in report.seen)
        for person in report.candidates
    ]
    identities = [row.stranger.identity for row in report.unmatched]
    known = linked_elsewhere(event.organization_id, identities)
    for row in report.unmatched:
        if identity := row.stranger.identity:
            name = row.stranger.name or ""
            row.guess = guess(identity, name, known.get(identity), candidates)


def linked_elsewhere(
    organization_id: int, identities: Iterable[str | None]
) -> dict[str, LinkedElsewhere]:
    """Return, by identity, the newest link to anybody in the organization."""
    links = KnownIdentity.objects.filter(
        organization=organization_id, identity__in=list(identities)
    )
    return {
        link.identity: LinkedElsewhere(
            link.person.name, link.person.email, link.event.title
        )
        for link in links.select_related("person", "event").order_by("pk")
    }


def _row(
    report: Report,
    person: Participant,
    decision: Attendance | None,
    intervals: list[Interval],
    seen: Evidence,
) -> ReportRow:
    sentence = sentence_of(
        decision or _only_attempts(seen),
        starts_at=report.session.starts_at,
        zone=ZoneInfo(zone_of(report.session.event)),
        intervals=intervals,
        mode=report.session.mode,
        nobody_seen=report.nobody_seen,
        proved=report.proved,
        said_held=report.proof.said_held,
        calculated=report.calculated_at is not None,
    )
    return ReportRow(person, decision, intervals, sentence, report.calculated_at, seen)


def _only_attempts(seen: Evidence) -> Attendance:
    """Return an unsaved decision with the failed attempts of somebody without one."""
    attempts = seen.attempts
    first_at, last_at = attempts.first_at, attempts.last_at
    return Attendance(
        failed_attempts=attempts.number,
        first_attempt_at=None if first_at is None else instant(first_at),
        last_attempt_at=None if last_at is None else instant(last_at),
    )
