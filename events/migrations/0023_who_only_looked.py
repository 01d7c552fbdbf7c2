from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = [("events", "0022_prompts")]

    operations = [
        migrations.AlterModelOptions(
            "participant",
            {
                "base_manager_name": "everybody",
                "ordering": ["person__name", "pk"],
                "verbose_name": "participant",
                "verbose_name_plural": "participants",
            },
        ),
        migrations.AlterModelManagers(
            "participant",
            [("objects", models.Manager()), ("everybody", models.Manager())],
        ),
        migrations.AddField(
            "participant",
            "only_looked",
            models.BooleanField(default=False, db_default=False, editable=False),
        ),
        migrations.AddConstraint(
            "participant",
            models.CheckConstraint(
                condition=Q(only_looked=False) | Q(registration="viewed"),
                name="participant_who_looked_is_not_registered",
            ),
        ),
    ]
