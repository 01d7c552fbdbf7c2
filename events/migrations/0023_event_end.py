from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Coalesce


class Migration(migrations.Migration):
    dependencies = [("events", "0022_prompts_on_or_off")]

    operations = [
        migrations.AddIndex(
            "event",
            models.Index(
                Coalesce("ends_at", "starts_at"),
                condition=Q(state__in=["scheduled", "completed"]),
                name="event_end",
            ),
        ),
    ]
