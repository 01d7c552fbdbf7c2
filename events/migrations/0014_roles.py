"""A changed role makes sessions due: hosts are not absent by default."""

from django.db import migrations

# What 0012 made it, with the role if it is among the columns.
ROSTER_UPDATED = """
CREATE OR REPLACE FUNCTION events_roster_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM events_mark_rosters(ARRAY(
        SELECT event_id FROM (
            (SELECT {columns} FROM was EXCEPT SELECT {columns} FROM is_now)
            UNION ALL
            (SELECT {columns} FROM is_now EXCEPT SELECT {columns} FROM was)
        ) place
    ));
    RETURN NULL;
END $$;
"""
COLUMNS = "id, event_id, identity, registration, person_id, enrolled, cancelled_at"


class Migration(migrations.Migration):
    dependencies = [("events", "0013_door")]

    operations = [
        migrations.RunSQL(
            ROSTER_UPDATED.format(columns=f"{COLUMNS}, role"),
            ROSTER_UPDATED.format(columns=COLUMNS),
        )
    ]
