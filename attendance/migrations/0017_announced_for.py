"""When what somebody announced to miss was to begin then."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("attendance", "0016_own_answers")]

    operations = [
        migrations.AddField(
            "announcedabsence",
            "announced_for",
            models.DateTimeField(null=True, verbose_name="announced for"),
        ),
    ]
