"""People who had cancelled were enrolled until their last session with a decision.

No session becomes due by it: the trigger that would make it so rests meanwhile.
"""

from django.db import migrations

UNTIL_LAST_DECISION = """
ALTER TABLE events_participant DISABLE TRIGGER roster_update;
UPDATE events_participant p
SET cancelled_at = decided.until,
    enrolled = tstzmultirange(tstzrange(NULL, decided.until))
FROM (
    SELECT a.participant_id, least(max(coalesce(s.ended_at, s.ends_at)), now()) AS until
    FROM attendance_attendance a
    JOIN sessions_app_livesession s ON s.id = a.session_id
    WHERE a.source IS NOT NULL AND s.cancelled_at IS NULL
    GROUP BY 1
) decided
WHERE decided.participant_id = p.id AND p.registration = 'cancelled';
ALTER TABLE events_participant ENABLE TRIGGER roster_update;
"""


class Migration(migrations.Migration):
    dependencies = [("attendance", "0012_words"), ("events", "0012_people")]

    operations = [migrations.RunSQL(UNTIL_LAST_DECISION, migrations.RunSQL.noop)]
