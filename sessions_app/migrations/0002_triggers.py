from django.db import migrations

from core import append_only

# A session is calculated anew when what decides about it changes. The database sets the
# mark, so that no way of writing can forget it.
INPUTS_CHANGED = """
CREATE FUNCTION sessions_app_inputs_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.inputs_changed_at = clock_timestamp();
    RETURN NEW;
END $$;
CREATE TRIGGER inputs_changed BEFORE UPDATE ON sessions_app_livesession
    FOR EACH ROW
    WHEN (
        (OLD.event_id, OLD.room_name, OLD.session_type)
            IS DISTINCT FROM (NEW.event_id, NEW.room_name, NEW.session_type)
        OR (OLD.starts_at, OLD.ends_at, OLD.ended_at, OLD.cancelled_at)
            IS DISTINCT FROM
            (NEW.starts_at, NEW.ends_at, NEW.ended_at, NEW.cancelled_at)
    )
    EXECUTE FUNCTION sessions_app_inputs_changed();
"""

DROP_INPUTS_CHANGED = """
DROP TRIGGER inputs_changed ON sessions_app_livesession;
DROP FUNCTION sessions_app_inputs_changed();
"""


class Migration(migrations.Migration):
    dependencies = [("sessions_app", "0001_initial"), ("events", "0002_triggers")]

    operations = [
        migrations.RunSQL(INPUTS_CHANGED, DROP_INPUTS_CHANGED),
        append_only.refuse_changes("sessions_app_presenceevent"),
        append_only.refuse_changes("sessions_app_conflictingdelivery"),
    ]
