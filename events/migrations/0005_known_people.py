from django.db import migrations

# A link is remembered for the same person in the organization's other events: who has
# the same account or address there. So a link, an account or an address that changes
# makes sessions of those events due, too.
EVENTS_OF_PERSON = """
CREATE FUNCTION events_of_person(organization bigint, account bigint, address text)
RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT p.event_id
    FROM events_participant p JOIN events_event e ON e.id = p.event_id
    WHERE e.organization_id = organization
        AND (p.user_id = account OR (address <> '' AND lower(p.email) = lower(address)))
$$;
"""

ROSTER_UPDATED = """
CREATE OR REPLACE FUNCTION events_roster_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE events_event SET roster_changed_at = clock_timestamp()
    WHERE id IN (
        SELECT unnest(ARRAY[was.event_id, is_now.event_id])
        FROM was FULL JOIN is_now USING (id)
        WHERE (was.event_id, was.identity, was.registration, was.user_id, was.email)
            IS DISTINCT FROM (
                is_now.event_id, is_now.identity, is_now.registration,
                is_now.user_id, is_now.email
            )
        UNION ALL
        SELECT events_of_person(link.organization_id, who.user_id, who.email)
        FROM was JOIN is_now USING (id)
        JOIN events_knownidentity link ON link.participant_id = is_now.id
        CROSS JOIN LATERAL (
            VALUES (was.user_id, was.email), (is_now.user_id, is_now.email)
        ) who (user_id, email)
        WHERE (was.user_id, was.email) IS DISTINCT FROM (is_now.user_id, is_now.email)
    );
    RETURN NULL;
END $$;
"""

LINKS_CHANGED = """
CREATE OR REPLACE FUNCTION events_links_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE events_event SET roster_changed_at = clock_timestamp()
    WHERE id IN (
        SELECT p.event_id FROM events_participant p
        JOIN changed ON changed.participant_id = p.id
        UNION ALL
        SELECT events_of_person(changed.organization_id, p.user_id, p.email)
        FROM events_participant p JOIN changed ON changed.participant_id = p.id
    );
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION events_links_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE events_event SET roster_changed_at = clock_timestamp()
    WHERE id IN (
        WITH person AS (
            SELECT p.event_id, p.user_id, p.email,
                unnest(ARRAY[was.organization_id, is_now.organization_id])
                    AS organization_id
            FROM was FULL JOIN is_now USING (id)
            JOIN events_participant p
                ON p.id IN (was.participant_id, is_now.participant_id)
            WHERE (was.participant_id, was.identity, was.organization_id)
                IS DISTINCT FROM
                (is_now.participant_id, is_now.identity, is_now.organization_id)
        )
        SELECT event_id FROM person
        UNION ALL
        SELECT events_of_person(organization_id, user_id, email) FROM person
    );
    RETURN NULL;
END $$;
"""

# What 0002 made them.
BEFORE = """
CREATE OR REPLACE FUNCTION events_roster_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE events_event SET roster_changed_at = clock_timestamp()
    WHERE id IN (
        SELECT unnest(ARRAY[was.event_id, is_now.event_id])
        FROM was FULL JOIN is_now USING (id)
        WHERE (was.event_id, was.identity, was.registration)
            IS DISTINCT FROM (is_now.event_id, is_now.identity, is_now.registration)
    );
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION events_links_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE events_event SET roster_changed_at = clock_timestamp()
    WHERE id IN (
        SELECT p.event_id FROM events_participant p
        JOIN changed ON changed.participant_id = p.id
    );
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION events_links_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE events_event SET roster_changed_at = clock_timestamp()
    WHERE id IN (
        SELECT p.event_id FROM was FULL JOIN is_now USING (id)
        JOIN events_participant p
            ON p.id IN (was.participant_id, is_now.participant_id)
        WHERE (was.participant_id, was.identity)
            IS DISTINCT FROM (is_now.participant_id, is_now.identity)
    );
    RETURN NULL;
END $$;
DROP FUNCTION events_of_person(bigint, bigint, text);
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0004_state_before_cancel")]

    operations = [
        migrations.RunSQL(EVENTS_OF_PERSON + ROSTER_UPDATED + LINKS_CHANGED, BEFORE),
    ]
