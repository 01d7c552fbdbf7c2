import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("attendance", "0009_notes_of_failures"),
        ("events", "0010_queue_of_completion"),
        ("sessions_app", "0004_ends_and_next_joins"),
    ]

    operations = [
        migrations.AlterField(
            model_name="attendance",
            name="participant",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="attendances",
                to="events.participant",
            ),
        ),
        migrations.AddIndex(
            model_name="attendance",
            index=models.Index(
                condition=models.Q(("session__isnull", True)),
                fields=["event"],
                name="attendance_of_event",
            ),
        ),
    ]
