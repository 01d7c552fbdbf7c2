from django.db import migrations

# A link is remembered for the same person in the organization's other events: who has
# the same account there, or the same address and name. So a link, an account, an address
# or a name that changes makes sessions of those events due, too. (Whoever shares the
# address is taken for the same here: one calculation too many does no harm.)
EVENTS_OF_PERSON = """
CREATE FUNCTION events_of_person(organization bigint, account bigint, address text)
RETURNS SETOF bigint LANGUAGE sql STABLE AS $$
    SELECT p.event_id
    FROM events_participant p JOIN events_event e ON e.id = p.event_id
    WHERE e.organization_id = organization
        AND (p.user_id = account OR (address <> '' AND lower(p.email) = lower(address)))
$$;
CREATE FUNCTION events_mark_rosters(events bigint[]) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- In the order of ids: two who change several never wait for each other.
    PERFORM 1 FROM events_event WHERE id = ANY(events) ORDER BY id FOR NO KEY UPDATE;
    UPDATE events_event SET roster_changed_at = clock_timestamp() WHERE id = ANY(events);
END $$;
"""

# What changed is the difference of two sets, not a join: plans of triggers are kept, and
# one made for a few rows would compare each of thousands with each.
ROSTER_UPDATED = """
CREATE OR REPLACE FUNCTION events_roster_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM events_mark_rosters(ARRAY(
        SELECT event_id FROM (
            (
                SELECT id, event_id, identity, registration, user_id, email, name FROM was
                EXCEPT
                SELECT id, event_id, identity, registration, user_id, email, name FROM is_now
            ) UNION ALL (
                SELECT id, event_id, identity, registration, user_id, email, name FROM is_now
                EXCEPT
                SELECT id, event_id, identity, registration, user_id, email, name FROM was
            )
        ) place
        UNION ALL
        SELECT events_of_person(link.organization_id, who.user_id, who.email)
        FROM (
            (
                SELECT id, user_id, email, name FROM was
                EXCEPT SELECT id, user_id, email, name FROM is_now
            ) UNION ALL (
                SELECT id, user_id, email, name FROM is_now
                EXCEPT SELECT id, user_id, email, name FROM was
            )
        ) who
        JOIN events_knownidentity link ON link.participant_id = who.id
    ));
    RETURN NULL;
END $$;
"""

LINKS_CHANGED = """
CREATE OR REPLACE FUNCTION events_links_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM events_mark_rosters(ARRAY(
        SELECT p.event_id FROM events_participant p
        JOIN changed ON changed.participant_id = p.id
        UNION ALL
        SELECT events_of_person(changed.organization_id, p.user_id, p.email)
        FROM events_participant p JOIN changed ON changed.participant_id = p.id
    ));
    RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION events_links_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM events_mark_rosters(ARRAY(
        WITH changed AS (
            (
                SELECT id, participant_id, identity, organization_id FROM was
                EXCEPT SELECT id, participant_id, identity, organization_id FROM is_now
            ) UNION ALL (
                SELECT id, participant_id, identity, organization_id FROM is_now
                EXCEPT SELECT id, participant_id, identity, organization_id FROM was
            )
        ), person AS (
            SELECT p.event_id, p.user_id, p.email, changed.organization_id
            FROM changed JOIN events_participant p ON p.id = changed.participant_id
        )
        SELECT event_id FROM person
        UNION ALL
        SELECT events_of_person(organization_id, user_id, email) FROM person
    ));
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
DROP FUNCTION events_mark_rosters(bigint[]);
DROP FUNCTION events_of_person(bigint, bigint, text);
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0004_state_before_cancel")]

    operations = [
        migrations.RunSQL(EVENTS_OF_PERSON + ROSTER_UPDATED + LINKS_CHANGED, BEFORE),
    ]
