from django.db import migrations

from core import append_only

# Sessions of an event are calculated anew when its roster changes. The database sets
# the mark, so that no way of writing can forget it. The clock's time is used, not the
# transaction's: two changes never leave the same mark. Of changed rows only those count
# whose columns a calculation reads, and they count where they were and where they are.
ROSTER_CHANGED = """
CREATE FUNCTION events_roster_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE events_event SET roster_changed_at = clock_timestamp()
    WHERE id IN (SELECT event_id FROM changed);
    RETURN NULL;
END $$;
CREATE FUNCTION events_roster_updated() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE FUNCTION events_links_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE events_event SET roster_changed_at = clock_timestamp()
    WHERE id IN (
        SELECT p.event_id FROM events_participant p
        JOIN changed ON changed.participant_id = p.id
    );
    RETURN NULL;
END $$;
CREATE FUNCTION events_links_updated() RETURNS trigger LANGUAGE plpgsql AS $$
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
CREATE TRIGGER roster_insert AFTER INSERT ON events_participant
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION events_roster_changed();
CREATE TRIGGER roster_update AFTER UPDATE ON events_participant
    REFERENCING OLD TABLE AS was NEW TABLE AS is_now
    FOR EACH STATEMENT EXECUTE FUNCTION events_roster_updated();
CREATE TRIGGER roster_delete AFTER DELETE ON events_participant
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION events_roster_changed();
CREATE TRIGGER links_insert AFTER INSERT ON events_knownidentity
    REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION events_links_changed();
CREATE TRIGGER links_update AFTER UPDATE ON events_knownidentity
    REFERENCING OLD TABLE AS was NEW TABLE AS is_now
    FOR EACH STATEMENT EXECUTE FUNCTION events_links_updated();
CREATE TRIGGER links_delete AFTER DELETE ON events_knownidentity
    REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION events_links_changed();
"""

DROP_ROSTER_CHANGED = """
DROP TRIGGER links_delete ON events_knownidentity;
DROP TRIGGER links_update ON events_knownidentity;
DROP TRIGGER links_insert ON events_knownidentity;
DROP TRIGGER roster_delete ON events_participant;
DROP TRIGGER roster_update ON events_participant;
DROP TRIGGER roster_insert ON events_participant;
DROP FUNCTION events_links_updated();
DROP FUNCTION events_links_changed();
DROP FUNCTION events_roster_updated();
DROP FUNCTION events_roster_changed();
"""


class Migration(migrations.Migration):
    dependencies = [("events", "0001_initial")]

    operations = [
        append_only.create_function,
        migrations.RunSQL(ROSTER_CHANGED, DROP_ROSTER_CHANGED),
    ]
