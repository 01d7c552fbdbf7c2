"""The SQL that finds whom each LiveKit identity means, in each session.

An identity means the participant whose own it is; else the person on the roster to whom
somebody in the organization linked it. If it was linked to several people of this
roster, as a family's tablet may be, it means the one of the newest link that was made
in this event; without such a link nobody, and the report lists it as unmatched. Only
people whose presence it may be count (``enrolled.py``).

Source: docs/rules.md 72, 73.
"""

from attendance.evidence.enrolled import owns_presence

# ``link_id`` has the newest link first, so that array_agg takes it.
KNOWN_PEOPLE = f"""
    WITH place AS (
        SELECT s.id AS session_id, s.event_id, p.id, p.identity, p.person_id
        FROM sessions_app_livesession s
        JOIN events_participant p ON p.event_id = s.event_id
        WHERE s.id = ANY(%(sessions)s) AND {owns_presence()}
    ), linked AS (
        SELECT place.session_id, link.identity,
            CASE WHEN min(place.id) = max(place.id) THEN min(place.id)
            ELSE (
                array_agg(place.id ORDER BY link.id DESC)
                FILTER (WHERE link.event_id = place.event_id)
            )[1] END AS participant_id
        FROM place JOIN events_knownidentity link ON link.person_id = place.person_id
        GROUP BY 1, 2
    )
    SELECT session_id, identity, id AS participant_id, false AS is_linked FROM place
    UNION ALL
    SELECT session_id, identity, participant_id, true FROM linked
    WHERE participant_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM place
        WHERE place.session_id = linked.session_id AND place.identity = linked.identity
    )
"""
