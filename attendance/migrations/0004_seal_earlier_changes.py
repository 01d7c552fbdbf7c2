from django.db import migrations

# What was written before there were seals is sealed batch by batch, in the order of the
# batches, as attendance/audit/seals.py does it for each new one. Nobody writes meanwhile. A
# batch that has its seal is left alone, so that this may run again.
SEAL_EARLIER_CHANGES = """
LOCK TABLE attendance_attendancechange IN SHARE ROW EXCLUSIVE MODE;
DO $$
DECLARE
    unsealed record;
    organization bigint;
    link bigint;
    head bytea;
BEGIN
    FOR unsealed IN
        SELECT c.organization_id, c.batch,
            sha256(convert_to(string_agg(
                jsonb_build_array(
                    c.id, c.organization_id, c.participant_id, c.session_id,
                    c.from_status, c.to_status, c.from_source, c.source,
                    c.actor_id, c.undoes_id,
                    (extract(epoch FROM c.at) * 1000000)::bigint, c.batch,
                    encode(c.reason_digest, 'hex')
                )::text, E'\\n' ORDER BY c.id
            ), 'UTF8')) AS content
        FROM attendance_attendancechange c
        WHERE NOT EXISTS (
            SELECT FROM attendance_auditseal s
            WHERE s.organization_id = c.organization_id AND s.batch = c.batch
        )
        GROUP BY c.organization_id, c.batch
        ORDER BY c.organization_id, c.batch
    LOOP
        IF unsealed.organization_id IS DISTINCT FROM organization THEN
            organization := unsealed.organization_id;
            SELECT s.number, s.digest INTO link, head
            FROM (
                SELECT number, digest FROM attendance_auditseal
                WHERE organization_id = organization
                UNION ALL SELECT 0, decode(repeat('00', 32), 'hex')
            ) s
            ORDER BY s.number DESC LIMIT 1;
        END IF;
        INSERT INTO attendance_auditseal (
            organization_id, number, batch, previous_digest, digest
        ) VALUES (
            organization, link + 1, unsealed.batch, head,
            sha256(head || int8send(link + 1) || int8send(unsealed.batch)
                || unsealed.content)
        ) RETURNING number, digest INTO link, head;
    END LOOP;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("attendance", "0003_marking")]

    operations = [
        migrations.RunSQL(SEAL_EARLIER_CHANGES, migrations.RunSQL.noop),
    ]
