"""Whom identities mean, before there were people and now."""

from attendance.evidence.known_people import KNOWN_PEOPLE
from tests.attendance.migrating_people.before_people import query

SAME_NAME = (
    "lower(normalize(trim(regexp_replace("
    r"{row}.name COLLATE pg_c_utf8, '\s+', ' ', 'g')), NFC))"
)


def sameness(row: str) -> str:
    return f"""
        unnest(ARRAY[
            'user ' || {row}.user_id,
            'email ' || lower(nullif({row}.email, '')) || ' '
                || {SAME_NAME.format(row=row)}
        ])
    """


# As it was asked until then, of all events.
UNTIL_THEN = f"""
    WITH roster AS (
        SELECT p.id, p.event_id, p.identity, p.user_id, p.email, p.name,
            e.organization_id
        FROM events_participant p JOIN events_event e ON e.id = p.event_id
        WHERE p.registration NOT IN ('cancelled', 'viewed')
    ), elsewhere AS (
        SELECT link.organization_id, link.identity, link.id, known.event_id,
            known.user_id, {sameness("known")} AS sameness
        FROM events_knownidentity link
        JOIN events_participant known ON known.id = link.participant_id
        WHERE link.organization_id IN (SELECT organization_id FROM roster)
    ), person AS (
        SELECT id, event_id, organization_id,
            user_id, {sameness("roster")} AS sameness
        FROM roster
    )
    SELECT DISTINCT ON (event_id, identity) event_id, identity, participant_id
    FROM (
        SELECT event_id, identity, id AS participant_id,
            0 AS how, NULL AS link, NULL AS sameness
        FROM roster
        UNION ALL
        SELECT roster.event_id, link.identity, roster.id, 1, link.id, NULL
        FROM events_knownidentity link JOIN roster ON roster.id = link.participant_id
        UNION ALL
        SELECT person.event_id, elsewhere.identity, person.id, 2, elsewhere.id, sameness
        FROM person JOIN elsewhere USING (organization_id, sameness)
        WHERE person.event_id <> elsewhere.event_id
            AND coalesce(person.user_id = elsewhere.user_id, true)
    ) meaning
    ORDER BY event_id, identity, how, link DESC, sameness DESC
"""  # noqa: S608

Meanings = dict[tuple[int, str], int]


def meanings_until_then() -> Meanings:
    """Return the participant of each session and identity."""
    return {
        (session, identity): participant
        for session, identity, participant in query(
            f"SELECT s.id, identity, participant_id FROM ({UNTIL_THEN}) meaning"  # noqa: S608
            " JOIN sessions_app_livesession s USING (event_id)"
        )
    }


def meanings_now() -> Meanings:
    """Return the participant of each session and identity."""
    sessions = [row[0] for row in query("SELECT id FROM sessions_app_livesession")]
    known = KNOWN_PEOPLE.replace("%(sessions)s", "%s")
    return {
        (session, identity): participant
        for session, identity, participant, _is_linked in query(known, sessions)
    }
