import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from core import append_only


class Migration(migrations.Migration):

    dependencies = [
        ('attendance', '0015_event_policy'),
        ('events', '0022_prompts'),
        ('sessions_app', '0006_mode'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='AnnouncedAbsence',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.TextField(max_length=2000, verbose_name='reason')),
                ('announced_at', models.DateTimeField(verbose_name='announced at')),
                ('announced_for', models.DateTimeField(null=True, verbose_name='announced for')),
                ('withdrawn_at', models.DateTimeField(null=True, verbose_name='withdrawn at')),
                ('settled_at', models.DateTimeField(null=True, verbose_name='settled at')),
                ('confirmed', models.BooleanField(null=True, verbose_name='confirmed')),
            ],
            options={
                'verbose_name': 'announced absence',
                'verbose_name_plural': 'announced absences',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Contest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField(max_length=2000, verbose_name='what is wrong')),
                ('contested_at', models.DateTimeField(verbose_name='contested at')),
                ('contested_status', models.CharField(choices=[('unknown', 'unknown'), ('present', 'present'), ('late', 'late'), ('partial', 'partial'), ('absent', 'absent'), ('excused', 'excused')], max_length=16, verbose_name='contested status')),
                ('settled_at', models.DateTimeField(null=True, verbose_name='settled at')),
                ('answer', models.TextField(blank=True, db_default='', verbose_name='answer')),
            ],
            options={
                'verbose_name': 'contested status',
                'verbose_name_plural': 'contested statuses',
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='OwnAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('attended', models.BooleanField(verbose_name='attended')),
                ('at', models.DateTimeField(verbose_name='answered at')),
            ],
            options={
                'verbose_name': 'own answer',
                'verbose_name_plural': 'own answers',
                'ordering': ['-pk'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='attendance',
            name='attendance_answered_at_a_time',
        ),
        migrations.AddField(
            model_name='attendance',
            name='self_answered_twice',
            field=models.BooleanField(db_default=False, default=False, verbose_name='answered twice within seconds'),
        ),
        migrations.AddConstraint(
            model_name='attendance',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('self_answered_at__isnull', True), ('self_answered_twice', False), ('self_attended__isnull', True)), models.Q(('self_answered_at__isnull', False), ('self_attended__isnull', False)), _connector='OR'), name='attendance_answered_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='attendance',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('derived', False), ('source', 'self_reported'), _negated=True), ('self_attended__isnull', False), _connector='OR'), name='attendance_of_own_answer_keeps_it'),
        ),
        migrations.AddField(
            model_name='announcedabsence',
            name='announced_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='announced by'),
        ),
        migrations.AddField(
            model_name='announcedabsence',
            name='organization',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='events.organization'),
        ),
        migrations.AddField(
            model_name='announcedabsence',
            name='participant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='announced_absences', to='events.participant'),
        ),
        migrations.AddField(
            model_name='announcedabsence',
            name='session',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='announced_absences', to='sessions_app.livesession'),
        ),
        migrations.AddField(
            model_name='announcedabsence',
            name='settled_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='settled by'),
        ),
        migrations.AddField(
            model_name='contest',
            name='attendance',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contests', to='attendance.attendance'),
        ),
        migrations.AddField(
            model_name='contest',
            name='change',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='attendance.attendancechange'),
        ),
        migrations.AddField(
            model_name='contest',
            name='contested_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='contested by'),
        ),
        migrations.AddField(
            model_name='contest',
            name='organization',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='events.organization'),
        ),
        migrations.AddField(
            model_name='contest',
            name='settled_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='settled by'),
        ),
        migrations.AddField(
            model_name='ownanswer',
            name='actor',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='ownanswer',
            name='organization',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='events.organization'),
        ),
        migrations.AddField(
            model_name='ownanswer',
            name='participant',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='own_answers', to='events.participant'),
        ),
        migrations.AddField(
            model_name='ownanswer',
            name='session',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='own_answers', to='sessions_app.livesession'),
        ),
        migrations.AddIndex(
            model_name='announcedabsence',
            index=models.Index(condition=models.Q(('settled_at__isnull', True), ('withdrawn_at__isnull', True)), fields=['organization'], name='absence_to_settle'),
        ),
        migrations.AddConstraint(
            model_name='announcedabsence',
            constraint=models.UniqueConstraint(condition=models.Q(('settled_at__isnull', True), ('withdrawn_at__isnull', True)), fields=('participant', 'session'), name='absence_once_until_settled', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='announcedabsence',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('confirmed__isnull', True), ('settled_at__isnull', True), ('settled_by__isnull', True)), models.Q(('confirmed__isnull', False), ('settled_at__isnull', False), ('withdrawn_at__isnull', True)), _connector='OR'), name='absence_settled_whole'),
        ),
        migrations.AddIndex(
            model_name='contest',
            index=models.Index(condition=models.Q(('settled_at__isnull', True)), fields=['organization'], name='contest_to_settle'),
        ),
        migrations.AddConstraint(
            model_name='contest',
            constraint=models.UniqueConstraint(condition=models.Q(('settled_at__isnull', True)), fields=('attendance',), name='contest_once_until_settled'),
        ),
        migrations.AddConstraint(
            model_name='contest',
            constraint=models.CheckConstraint(condition=models.Q(('settled_at__isnull', False), models.Q(('answer', ''), ('change__isnull', True), ('settled_by__isnull', True)), _connector='OR'), name='contest_settled_at_a_time'),
        ),
        append_only.refuse_changes("attendance_ownanswer"),
    ]
