"""The SQL that finds whom each LiveKit identity means, in each session.

An identity means the participant whose own it is; else the person on the roster to whom
somebody in the organization linked it. It may be linked to several people of this
roster, as a family's tablet is: then it means the one of the newest link that was made
in this event; without such a link the only one of them who is expected at the session,
else nobody, and the report lists it as unmatched. Only people whose presence it may be
count (``enrolled.py``).

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
    ), linked AS (
        SELECT place.session_id, link.identity, coalesce(
            CASE WHEN min(place.id) = max(place.id) THEN min(place.id) END,
            (
                array_agg(place.id ORDER BY link.id DESC)
                FILTER (WHERE link.event_id = place.event_id)
            )[1],
            CASE WHEN min(place.id) FILTER (WHERE is_expected)
                = max(place.id) FILTER (WHERE is_expected)
            THEN min(place.id) FILTER (WHERE is_expected) END
        ) AS participant_id
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
