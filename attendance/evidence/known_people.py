"""The SQL that finds whom each LiveKit identity means, for the events of sessions.

The first of these matches: the participant whose own identity it is; the participant
of this event to whom it was linked; a participant of this event who is the same person
as somebody to whom it was linked in another event of the organization. Newer links
come before older ones. Two participants are the same person if they have the same
account or (unless both have accounts) the same address and the same name: a family may
share an address, and many people share a name. People who cancelled and onlookers are
never matched: if they came, the report lists them as unmatched.

Source: docs/rules.md 72, 73.
"""

from core.names import SAME_NAME
from core.sql import sql_values
from events.models import NOT_IN_REPORTS


def _sameness(row: str) -> str:
    """Return SQL for keys such as "user 7" and "email ana@example.com ana".

    Rows of the same person share at least one key.
    """
    return f"""
        unnest(ARRAY[
            'user ' || {row}.user_id,
            'email ' || lower(nullif({row}.email, '')) || ' '
                || {SAME_NAME.format(name=f"{row}.name")}
        ])
    """


KNOWN_PEOPLE = f"""
    WITH roster AS (
        SELECT p.id, p.event_id, p.identity, p.user_id, p.email, p.name,
            e.organization_id
        FROM events_participant p JOIN events_event e ON e.id = p.event_id
        WHERE p.registration NOT IN ({sql_values(NOT_IN_REPORTS)}) AND p.event_id IN (
            SELECT event_id FROM sessions_app_livesession WHERE id = ANY(%(sessions)s)
        )
    ), elsewhere AS (
        SELECT link.organization_id, link.identity, link.id, known.event_id,
            known.user_id, {_sameness("known")} AS sameness
        FROM events_knownidentity link
        JOIN events_participant known ON known.id = link.participant_id
        WHERE link.organization_id IN (SELECT organization_id FROM roster)
    ), person AS (
        SELECT id, event_id, organization_id,
            user_id, {_sameness("roster")} AS sameness
        FROM roster
    )
    SELECT DISTINCT ON (event_id, identity)
        event_id, identity, participant_id, how > 0 AS is_linked
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
"""
