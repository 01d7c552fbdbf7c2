from django.db import migrations, models

# Until now one instant stood for both: half way between them, as it moves with either.
# What was due stays due, as its two are left empty; nothing else becomes so.
HALF_WAY = "s.inputs_changed_at + (e.roster_changed_at - s.inputs_changed_at) / 2"
APART = f"""
UPDATE attendance_sessioncalculation k
SET inputs_changed_at = s.inputs_changed_at, roster_changed_at = e.roster_changed_at
FROM sessions_app_livesession s JOIN events_event e ON e.id = s.event_id
WHERE s.id = k.session_id AND k.inputs_read_at = {HALF_WAY}
"""
TOGETHER = f"""
UPDATE attendance_sessioncalculation k
SET inputs_read_at = {HALF_WAY}
FROM sessions_app_livesession s JOIN events_event e ON e.id = s.event_id
WHERE s.id = k.session_id AND k.inputs_changed_at = s.inputs_changed_at
    AND k.roster_changed_at = e.roster_changed_at
"""


class Migration(migrations.Migration):
    dependencies = [
        ("attendance", "0010_indexes_of_decisions"),
        ("events", "0010_queue_of_completion"),
        ("sessions_app", "0004_ends_and_next_joins"),
    ]

    operations = [
        migrations.AddField(
            model_name="sessioncalculation",
            name="inputs_changed_at",
            field=models.DateTimeField(null=True, verbose_name="session changed at"),
        ),
        migrations.AddField(
            model_name="sessioncalculation",
            name="roster_changed_at",
            field=models.DateTimeField(null=True, verbose_name="roster changed at"),
        ),
        migrations.RunSQL(APART, TOGETHER),
        migrations.RemoveField(
            model_name="sessioncalculation",
            name="inputs_read_at",
        ),
    ]
