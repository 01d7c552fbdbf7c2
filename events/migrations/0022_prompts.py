import django.db.models.functions.comparison
import django.db.models.manager
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('events', '0021_news_of_cancelling'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='participant',
            options={'base_manager_name': 'everybody', 'ordering': ['person__name', 'pk'], 'verbose_name': 'participant', 'verbose_name_plural': 'participants'},
        ),
        migrations.AlterModelManagers(
            name='participant',
            managers=[
                ('objects', django.db.models.manager.Manager()),
                ('everybody', django.db.models.manager.Manager()),
            ],
        ),
        migrations.AddField(
            model_name='organization',
            name='asks_how_it_was',
            field=models.BooleanField(db_default=True, default=True, verbose_name='ask people who were seen how it was'),
        ),
        migrations.AddField(
            model_name='organization',
            name='sends_prompts',
            field=models.BooleanField(db_default=True, default=True, verbose_name='ask people after events whether they attended'),
        ),
        migrations.AddField(
            model_name='participant',
            name='only_looked',
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.AddField(
            model_name='person',
            name='refused_email',
            field=models.TextField(blank=True, db_default='', editable=False, verbose_name='address that takes no mail'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(django.db.models.functions.comparison.Greatest('ends_at', 'starts_at'), condition=models.Q(('state__in', ['scheduled', 'completed'])), name='event_end'),
        ),
        migrations.AddConstraint(
            model_name='participant',
            constraint=models.CheckConstraint(condition=models.Q(('only_looked', False), ('registration', 'viewed'), _connector='OR'), name='participant_who_looked_is_not_registered'),
        ),
    ]
