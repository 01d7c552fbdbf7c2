from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("events", "0020_consent"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="registrationmail",
            name="registration_mail_news_known",
        ),
        migrations.AlterField(
            model_name="registrationmail",
            name="news",
            field=models.CharField(
                choices=[
                    ("registered", "registered"),
                    ("waitlisted", "on the waiting list"),
                    ("moved_up", "moved up from the waiting list"),
                    ("cancelled", "cancelled by themselves"),
                ],
                max_length=16,
                verbose_name="news",
            ),
        ),
        migrations.AddConstraint(
            model_name="registrationmail",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "news__in",
                        ["registered", "waitlisted", "moved_up", "cancelled"],
                    )
                ),
                name="registration_mail_news_known",
            ),
        ),
    ]
