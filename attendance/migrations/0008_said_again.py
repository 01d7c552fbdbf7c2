from django.db import migrations, models

# Backwards the old constraint holds for new rows only: that somebody said something again
# stays in the log, which nobody changes.
DROP = """
ALTER TABLE attendance_attendancechange DROP CONSTRAINT attendance_change_changes;
"""
RESTORE = """
ALTER TABLE attendance_attendancechange ADD CONSTRAINT attendance_change_changes CHECK (
    from_status <> to_status
    OR from_source IS DISTINCT FROM source
    OR undoes_id IS NOT NULL
) NOT VALID;
"""


class Migration(migrations.Migration):
    dependencies = [("attendance", "0007_marked_by_people")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(DROP, RESTORE)],
            state_operations=[
                migrations.RemoveConstraint(
                    model_name="attendancechange", name="attendance_change_changes"
                )
            ],
        ),
        migrations.AddConstraint(
            model_name="attendancechange",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("from_status", models.F("to_status")), _negated=True),
                    models.Q(
                        models.Q(("from_source", models.F("source")), _negated=True),
                        models.Q(
                            ("from_source__isnull", True),
                            ("source__isnull", True),
                            _negated=True,
                        ),
                    ),
                    ("actor__isnull", False),
                    _connector="OR",
                ),
                name="attendance_change_changes",
            ),
        ),
    ]
