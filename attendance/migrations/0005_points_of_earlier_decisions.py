from django.db import migrations

# Decisions that are older than the ledger get their points: from then on a total is what
# somebody's present decisions are worth (attendance/points/ledger.py). Who has them already
# gets none.
BALANCE = """
LOCK TABLE attendance_engagemententry IN SHARE ROW EXCLUSIVE MODE;
INSERT INTO attendance_engagemententry (organization_id, participant_id, points)
SELECT e.organization_id, p.id, balance.points
FROM events_participant p
JOIN events_event e ON e.id = p.event_id
LEFT JOIN attendance_pointsmapping m ON m.organization_id = e.organization_id
CROSS JOIN LATERAL (
    SELECT coalesce((
        SELECT sum(CASE a.status
            WHEN 'present' THEN coalesce(m.present, 10)
            WHEN 'late' THEN coalesce(m.late, 7)
            WHEN 'partial' THEN coalesce(m.partial, 4)
            ELSE 0
        END)
        FROM attendance_attendance a
        WHERE a.participant_id = p.id AND CASE WHEN a.session_id IS NULL
            THEN NOT EXISTS (
                SELECT FROM sessions_app_livesession s
                WHERE s.event_id = a.event_id AND s.cancelled_at IS NULL
            )
            ELSE EXISTS (
                SELECT FROM sessions_app_livesession s
                WHERE s.id = a.session_id AND s.cancelled_at IS NULL
            )
        END
    ), 0) + coalesce(m.feedback, 2) * (
        SELECT count(*) FROM attendance_feedback f WHERE f.participant_id = p.id
    ) - coalesce((
        SELECT sum(g.points) FROM attendance_engagemententry g
        WHERE g.participant_id = p.id
    ), 0) AS points
) balance
WHERE balance.points <> 0
ORDER BY p.id
"""


class Migration(migrations.Migration):
    dependencies = [("attendance", "0004_seal_earlier_changes")]

    operations = [migrations.RunSQL(BALANCE, migrations.RunSQL.noop)]
