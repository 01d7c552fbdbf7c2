"""Policies of events.

On the way back they are deleted: without their column they would be policies of
organizations, which may have one each.
"""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('attendance', '0014_proof'),
        ('events', '0014_roles'),
        ('sessions_app', '0006_mode'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='attendancepolicy',
            name='policy_once_per_scope',
        ),
        migrations.RemoveConstraint(
            model_name='attendancepolicy',
            name='policy_of_type_or_session',
        ),
        migrations.AddField(
            model_name='attendancepolicy',
            name='event',
            field=models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='policy', to='events.event'),
        ),
        migrations.AddConstraint(
            model_name='attendancepolicy',
            constraint=models.UniqueConstraint(fields=('organization', 'session_type', 'event', 'session'), name='policy_once_per_scope', nulls_distinct=False),
        ),
        migrations.AddConstraint(
            model_name='attendancepolicy',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('event__isnull', True), ('session_type__isnull', True)), models.Q(('session__isnull', True), ('session_type__isnull', True)), models.Q(('event__isnull', True), ('session__isnull', True)), _connector='OR'), name='policy_of_one_place'),
        ),
        # Last, so that the way back begins with it.
        migrations.RunSQL(migrations.RunSQL.noop, "DELETE FROM attendance_attendancepolicy WHERE event_id IS NOT NULL"),
    ]
