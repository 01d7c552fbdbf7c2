import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('events', '0021_news_of_cancelling'),
    ]

    operations = [
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
            model_name='person',
            name='refused_email',
            field=models.TextField(blank=True, db_default='', editable=False, verbose_name='address that takes no mail'),
        ),
        migrations.AddIndex(
            model_name='event',
            index=models.Index(django.db.models.functions.comparison.Greatest('ends_at', 'starts_at'), condition=models.Q(('state__in', ['scheduled', 'completed'])), name='event_end'),
        ),
    ]
