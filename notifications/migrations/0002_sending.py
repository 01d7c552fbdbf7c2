from django.db import migrations, models
from django.db.models import Q
from django.utils import timezone


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0023_event_end"),
        ("notifications", "0001_initial"),
    ]

    operations = [
        migrations.RemoveIndex("attendanceprompt", "prompt_to_send"),
        migrations.AddIndex(
            "attendanceprompt",
            models.Index(
                fields=["send_at", "id"],
                condition=Q(send_at__isnull=False),
                name="prompt_to_send",
            ),
        ),
        migrations.AddField(
            "promptedevent",
            "due_at",
            models.DateTimeField(default=timezone.now, verbose_name="due at"),
            preserve_default=False,
        ),
        migrations.AlterField(
            "promptedevent",
            "roster_changed_at",
            models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            "promptedevent",
            models.Index(fields=["due_at"], name="prompted_event_due"),
        ),
    ]
