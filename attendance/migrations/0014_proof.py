import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

# Whether an organizer had said that it was held is read from the log: whoever said so
# made people absent by default.
PROOF_OF_EARLIER_CALCULATIONS = """
UPDATE attendance_sessioncalculation k
SET people_seen = CASE WHEN nobody_seen THEN 0 ELSE greatest(1, (
        SELECT count(*) FROM attendance_attendance a
        WHERE a.session_id = k.session_id AND a.join_count > 0
    )) END,
    proved = NOT nobody_seen
WHERE calculated_at IS NOT NULL;
UPDATE attendance_sessioncalculation k
SET proved = true, said_held_at = said.at, said_held_by_id = said.actor_id
FROM (
    SELECT DISTINCT ON (c.session_id) c.session_id, c.at, c.actor_id
    FROM attendance_attendancechange c
    JOIN attendance_attendance a
        ON a.session_id = c.session_id AND a.participant_id = c.participant_id
    WHERE c.source = 'system_default' AND a.source = 'system_default'
        AND c.undoes_id IS NULL
    ORDER BY c.session_id, c.id DESC
) said
WHERE said.session_id = k.session_id;
"""

NOBODY_SEEN = """
UPDATE attendance_sessioncalculation SET nobody_seen = coalesce(people_seen = 0, false);
DELETE FROM attendance_sessioncalculation WHERE calculated_at IS NULL AND failures = 0;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("attendance", "0013_enrolment"),
        ("sessions_app", "0006_mode"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="sessioncalculation",
            name="people_seen",
            field=models.PositiveIntegerField(null=True, verbose_name="people seen"),
        ),
        migrations.AddField(
            model_name="sessioncalculation",
            name="proof_changed",
            field=models.BooleanField(
                default=False, verbose_name="what proves it changed"
            ),
        ),
        migrations.AddField(
            model_name="sessioncalculation",
            name="proved",
            field=models.BooleanField(default=False, verbose_name="held"),
        ),
        migrations.AddField(
            model_name="sessioncalculation",
            name="said_held_at",
            field=models.DateTimeField(null=True, verbose_name="said to be held at"),
        ),
        migrations.AddField(
            model_name="sessioncalculation",
            name="said_held_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="said to be held by",
            ),
        ),
        migrations.RunSQL(PROOF_OF_EARLIER_CALCULATIONS, NOBODY_SEEN),
        # Else the changes of rows would wait for their triggers while the table changes.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL IMMEDIATE"),
        migrations.RemoveField(
            model_name="sessioncalculation",
            name="nobody_seen",
        ),
        migrations.AddIndex(
            model_name="sessioncalculation",
            index=models.Index(
                condition=models.Q(("proof_changed", True)),
                fields=["session"],
                name="calculation_proof_changed",
            ),
        ),
        migrations.AddConstraint(
            model_name="sessioncalculation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("said_held_by__isnull", True),
                    ("said_held_at__isnull", False),
                    _connector="OR",
                ),
                name="calculation_said_held_at_a_time",
            ),
        ),
    ]
