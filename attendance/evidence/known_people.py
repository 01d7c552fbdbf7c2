"""The SQL that finds whom each LiveKit identity means, in each session.

An identity means the participant whose own it is; else the person on the roster to whom
somebody in the organization linked it. It may be linked to several people of this
roster, as a family's tablet is: then those who are expected at the session come before
the others, and of several it means the one of the newest link that was made in this
event; without such a link nobody, and the report lists it as unmatched. Only people
whose presence it may be count (``enrolled.py``).

Source: docs/rules.md 72, 73.
"""

from attendance.evidence.enrolled import is_expected, owns_presence

KNOWN_PEOPLE = f"""
    WITH place AS (
        SELECT s.id AS session_id, s.event_id, p.id, p.identity, p.person_id,
            {is_expected()} AS is_expected
        FROM sessions_app_livesession s
        JOIN events_participant p ON p.event_id = s.event_id
        WHERE s.id = ANY(%(sessions)s) AND {owns_presence()}
    ), link AS (
        SELECT place.session_id, link.identity, place.id, link.id AS link_id,
            link.event_id = place.event_id AS is_made_here,
            place.is_expected IS NOT DISTINCT FROM bool_or(place.is_expected)
                OVER (PARTITION BY place.session_id, link.identity) AS may_be_meant
        FROM place JOIN events_knownidentity link ON link.person_id = place.person_id
    ), linked AS (
        SELECT session_id, identity,
            CASE WHEN min(id) = max(id) THEN min(id)
            ELSE (array_agg(id ORDER BY link_id DESC) FILTER (WHERE is_made_here))[1]
            END AS participant_id
        FROM link WHERE may_be_meant GROUP BY 1, 2
    )
    SELECT session_id, identity, id AS participant_id, false AS is_linked FROM place
    UNION ALL
    SELECT session_id, identity, participant_id, true FROM linked
    WHERE participant_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM place
        WHERE place.session_id = linked.session_id AND place.identity = linked.identity
    )
"""
