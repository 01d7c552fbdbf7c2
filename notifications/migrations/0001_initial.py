import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('events', '0022_prompts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AttendancePrompt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveSmallIntegerField(default=1, verbose_name='number')),
                ('due_at', models.DateTimeField(verbose_name='due at')),
                ('send_at', models.DateTimeField(null=True, verbose_name='mail due at')),
                ('claimed_until', models.DateTimeField(editable=False, null=True)),
                ('not_mailed', models.CharField(blank=True, choices=[('no_address', 'no address'), ('refused', 'the address takes no mail'), ('declined', 'wants no such mails'), ('needless', 'need not be asked any more')], max_length=16, verbose_name='why there is no mail')),
                ('failures', models.PositiveSmallIntegerField(default=0, verbose_name='failures in a row')),
                ('sent_at', models.DateTimeField(null=True, verbose_name='sent at')),
                ('snoozed_at', models.DateTimeField(null=True, verbose_name='snoozed at')),
                ('answered_at', models.DateTimeField(null=True, verbose_name='answered at')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('asked_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='asked by')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='events.organization')),
                ('participant', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='prompts', to='events.participant')),
            ],
            options={
                'verbose_name': 'prompt',
                'verbose_name_plural': 'prompts',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Notification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('type', models.CharField(choices=[('attendance_prompt', 'did you attend?')], max_length=32, verbose_name='type')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('read_at', models.DateTimeField(null=True, verbose_name='read at')),
                ('organization', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='events.organization')),
                ('prompt', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='notifications', to='notifications.attendanceprompt')),
                ('user', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='notifications', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'notification',
                'verbose_name_plural': 'notifications',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='PromptedEvent',
            fields=[
                ('event', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='prompted', serialize=False, to='events.event')),
                ('due_at', models.DateTimeField(verbose_name='due at')),
                ('roster_changed_at', models.DateTimeField(null=True)),
                ('failures', models.PositiveSmallIntegerField(db_default=0, default=0, editable=False)),
                ('retry_at', models.DateTimeField(editable=False, null=True)),
            ],
            options={
                'verbose_name': 'event whose people were asked',
                'verbose_name_plural': 'events whose people were asked',
                'indexes': [models.Index(fields=['due_at'], name='prompted_event_due')],
            },
        ),
        migrations.CreateModel(
            name='PromptOptOut',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('folded_email', models.TextField(verbose_name='address')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('organization', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='events.organization')),
            ],
            options={
                'verbose_name': 'address that wants no prompts',
                'verbose_name_plural': 'addresses that want no prompts',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='PromptToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('digest', models.BinaryField(max_length=32, unique=True)),
                ('link_version', models.PositiveIntegerField(db_default=1, default=1, editable=False)),
                ('revoked_at', models.DateTimeField(null=True, verbose_name='revoked at')),
                ('created_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                ('participant', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='prompt_tokens', to='events.participant')),
            ],
            options={
                'verbose_name': 'link to answer',
                'verbose_name_plural': 'links to answer',
                'ordering': ['-pk'],
            },
        ),
        migrations.AddIndex(
            model_name='attendanceprompt',
            index=models.Index(condition=models.Q(('send_at__isnull', False)), fields=['send_at', 'id'], name='prompt_to_send'),
        ),
        migrations.AddIndex(
            model_name='attendanceprompt',
            index=models.Index(condition=models.Q(('answered_at__isnull', True), ('snoozed_at__isnull', True)), fields=['due_at'], name='prompt_open'),
        ),
        migrations.AddConstraint(
            model_name='attendanceprompt',
            constraint=models.UniqueConstraint(fields=('participant', 'number'), name='prompt_number_once'),
        ),
        migrations.AddConstraint(
            model_name='attendanceprompt',
            constraint=models.CheckConstraint(condition=models.Q(('number__in', [1, 2])), name='prompt_at_most_two'),
        ),
        migrations.AddConstraint(
            model_name='attendanceprompt',
            constraint=models.CheckConstraint(condition=models.Q(('snoozed_at__isnull', True), ('number', 1), _connector='OR'), name='prompt_snoozed_once'),
        ),
        migrations.AddConstraint(
            model_name='attendanceprompt',
            constraint=models.CheckConstraint(condition=models.Q(('not_mailed', ''), models.Q(('not_mailed__in', ['no_address', 'refused', 'declined', 'needless']), ('send_at__isnull', True)), _connector='OR'), name='prompt_not_mailed_is_not_due'),
        ),
        migrations.AddConstraint(
            model_name='attendanceprompt',
            constraint=models.CheckConstraint(condition=models.Q(('sent_at__isnull', True), ('send_at__isnull', True), _connector='OR'), name='prompt_sent_once'),
        ),
        migrations.AddIndex(
            model_name='notification',
            index=models.Index(fields=['user', '-id'], name='notification_of_user'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.UniqueConstraint(fields=('user', 'prompt'), name='notification_once_per_prompt'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.CheckConstraint(condition=models.Q(('type__in', ['attendance_prompt'])), name='notification_type_known'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('type', 'attendance_prompt'), _negated=True), ('prompt__isnull', False), _connector='OR'), name='notification_of_prompt'),
        ),
        migrations.AddConstraint(
            model_name='notification',
            constraint=models.CheckConstraint(condition=models.Q(('read_at__isnull', True), ('read_at__gte', models.F('created_at')), _connector='OR'), name='notification_read_later'),
        ),
        migrations.AddConstraint(
            model_name='promptoptout',
            constraint=models.UniqueConstraint(fields=('folded_email', 'organization'), name='opt_out_once', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='promptoptout',
            constraint=models.CheckConstraint(condition=models.Q(('folded_email', ''), _negated=True), name='opt_out_of_an_address'),
        ),
    ]
