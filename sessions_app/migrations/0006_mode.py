from django.db import migrations, models

_CHANGED = """
DROP TRIGGER inputs_changed ON sessions_app_livesession;
CREATE TRIGGER inputs_changed BEFORE UPDATE ON sessions_app_livesession
    FOR EACH ROW
    WHEN (
        (OLD.event_id, OLD.room_name, OLD.session_type{mode_before})
            IS DISTINCT FROM (NEW.event_id, NEW.room_name, NEW.session_type{mode_after})
        OR (OLD.starts_at, OLD.ends_at, OLD.ended_at, OLD.cancelled_at)
            IS DISTINCT FROM
            (NEW.starts_at, NEW.ends_at, NEW.ended_at, NEW.cancelled_at)
    )
    EXECUTE FUNCTION sessions_app_inputs_changed();
"""
WITH_MODE = _CHANGED.format(mode_before=", OLD.mode", mode_after=", NEW.mode")
WITHOUT_MODE = _CHANGED.format(mode_before="", mode_after="")


class Migration(migrations.Migration):
    dependencies = [("events", "0013_door"), ("sessions_app", "0005_words")]

    operations = [
        migrations.AddField(
            model_name="livesession",
            name="mode",
            field=models.CharField(
                choices=[
                    ("online", "online"),
                    ("in_person", "in person"),
                    ("hybrid", "online and in person"),
                ],
                db_default="online",
                default="online",
                max_length=16,
                verbose_name="held",
            ),
        ),
        migrations.AddConstraint(
            model_name="livesession",
            constraint=models.CheckConstraint(
                condition=models.Q(("mode__in", ["online", "in_person", "hybrid"])),
                name="live_session_mode_known",
            ),
        ),
        migrations.RunSQL(WITH_MODE, WITHOUT_MODE),
    ]
