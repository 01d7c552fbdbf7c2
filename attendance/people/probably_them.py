"""In which sessions somebody unmatched is probably a person: for organizers.

The guesses are those of the sessions' own reports. Whole rosters are read only of
sessions with somebody unmatched who could be this person.

Source: docs/rules.md 73, 100.
"""

from collections.abc import Mapping, Sequence

from attendance.evidence.probable_people import Candidate, LinkedElsewhere, guess
from attendance.evidence.session_evidence import (
    UnmatchedPerson,
    presence,
    read_evidence,
    read_strangers_of,
)
from attendance.report_rows.read_reports import linked_elsewhere
from attendance.report_rows.report import Report
from events.models import Participant

Known = Mapping[str, LinkedElsewhere]


def probably_them(
    reports: Sequence[Report], places: Mapping[int, Participant]
) -> dict[int, str]:
    """Return, by session id, the name under which somebody unmatched joined.

    Takes four queries at most. A name that was not told is the identity.

    Args:
        reports: Reports of sessions of one organization.
        places: The person's places, by event id.
    """
    by_session = {report.session.pk: report for report in reports}
    strangers = {
        session: [one for one in seen if _is_listed(one, by_session[session])]
        for session, seen in read_strangers_of(by_session).items()
    }
    identities = [one.identity for seen in strangers.values() for one in seen]
    if not identities:
        return {}
    organization = reports[0].session.event.organization_id
    known = linked_elsewhere(organization, identities)
    maybe = [
        by_session[session]
        for session, seen in strangers.items()
        if _who(seen, known, [_candidate(places[by_session[session].session.event_id])])
    ]
    rosters = _rosters(maybe)
    found = {}
    for report in maybe:
        session, place = report.session, places[report.session.event_id]
        everybody = rosters[session.pk]
        for stranger, participant in _who(strangers[session.pk], known, everybody):
            if participant == place.pk:
                found[session.pk] = stranger.name or stranger.identity or ""
    return found


def _is_listed(stranger: UnmatchedPerson, report: Report) -> bool:
    """Return whether the session's report lists somebody as unmatched."""
    evidence = stranger.evidence
    return bool(evidence.attempts.number or presence(evidence, report.window))


def _who(
    strangers: Sequence[UnmatchedPerson], known: Known, roster: Sequence[Candidate]
) -> list[tuple[UnmatchedPerson, int]]:
    """Return those of whom it can be guessed who on the roster they are."""
    guessed = [
        (one, guess(one.identity, one.name or "", known.get(one.identity), roster))
        for one in strangers
        if one.identity
    ]
    return [
        (one, found.participant_id)
        for one, found in guessed
        if found and found.participant_id
    ]


def _rosters(reports: Sequence[Report]) -> dict[int, list[Candidate]]:
    """Return the whole roster of each session, by session id."""
    if not reports:
        return {}
    events = {report.session.event_id for report in reports}
    places: dict[int, list[Participant]] = {event: [] for event in events}
    for place in Participant.objects.filter(event__in=events).order_by("pk"):
        places[place.event_id].append(place)
    evidence = read_evidence([report.session.pk for report in reports])
    return {
        report.session.pk: [
            _candidate(place, was_seen=place.pk in evidence[report.session.pk].people)
            for place in places[report.session.event_id]
        ]
        for report in reports
    }


def _candidate(place: Participant, *, was_seen: bool = False) -> Candidate:
    return Candidate(place.pk, place.name, place.identity, was_seen)
