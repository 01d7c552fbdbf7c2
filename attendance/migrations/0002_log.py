from django.db import migrations

from core import append_only


class Migration(migrations.Migration):
    dependencies = [("attendance", "0001_initial"), ("events", "0002_triggers")]

    operations = [
        # One number for all changes of one transaction.
        migrations.RunSQL(
            "CREATE SEQUENCE attendance_batch", "DROP SEQUENCE attendance_batch"
        ),
        append_only.refuse_changes("attendance_attendancechange"),
        append_only.refuse_changes("attendance_auditseal"),
        append_only.refuse_changes("attendance_engagemententry"),
    ]
