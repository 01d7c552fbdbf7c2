from importlib import import_module

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

# From now on a decision has a time of marking where a person made it, and
# nowhere else. Until now undoing a mark could leave one beside the default. Whatever a
# calculation then said of such a decision went into the log and the points, each time
# anew, and never into the decision itself: what the log said last is true.
#
# Mended and constrained in one transaction, under a lock from its beginning: nobody writes
# what is wrong again in between.
LOCK = "LOCK TABLE attendance_attendance IN ACCESS EXCLUSIVE MODE"
CALCULATED_IN_VAIN = """
UPDATE attendance_attendance a
SET status = coalesce(log.to_status, a.status),
    source = CASE WHEN log.id IS NULL THEN a.source ELSE log.source END,
    marked_at = NULL, marked_by_id = NULL, notes = ''
FROM attendance_attendance b
LEFT JOIN LATERAL (
    SELECT c.id, c.to_status, c.source
    FROM attendance_attendancechange c
    WHERE c.participant_id = b.participant_id
        AND c.session_id IS NOT DISTINCT FROM b.session_id
    ORDER BY c.id DESC
    LIMIT 1
) log ON log.source IS NULL
    OR log.source IN ('livekit_auto', 'whiteboard_auto', 'system_default')
WHERE a.id = b.id AND b.marked_at IS NOT NULL
    AND (b.derived OR b.source IS NULL OR b.source = 'system_default')
"""
WITHOUT_A_TIME = """
UPDATE attendance_attendance a
SET marked_at = coalesce(a.check_in_received_at, a.self_answered_at, a.updated_at)
WHERE a.marked_at IS NULL AND NOT a.derived AND a.source IN (
    'check_in', 'manual', 'admin_override', 'self_reported', 'parent_reported'
)
"""
OF_NOBODY = """
UPDATE attendance_attendance
SET marked_by_id = NULL, notes = ''
WHERE marked_at IS NULL AND (marked_by_id IS NOT NULL OR notes <> '')
"""


def mend(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Mend what stands, and balance the ledger where something was wrong."""
    points = import_module("attendance.migrations.0005_points_of_earlier_decisions")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(LOCK)
        cursor.execute(CALCULATED_IN_VAIN)
        if cursor.rowcount:
            cursor.execute(points.BALANCE)
        cursor.execute(WITHOUT_A_TIME)
        cursor.execute(OF_NOBODY)
        # No constraint can be added while checks of the changed rows are still to come.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):
    dependencies = [
        ("attendance", "0006_lean_ledger"),
        ("events", "0009_titles_are_read_as_written"),
        ("sessions_app", "0003_titles_are_read_as_written"),
    ]

    operations = [
        migrations.RunPython(mend, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="attendance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("marked_at__isnull", True),
                    models.Q(
                        ("derived", False),
                        ("source__isnull", False),
                        ("source__in", [
                            "check_in", "manual", "admin_override", "self_reported",
                            "parent_reported", "livekit_auto", "whiteboard_auto",
                        ]),
                    ),
                    _connector="OR",
                ),
                name="attendance_marked_by_people_alone",
            ),
        ),
        migrations.AddConstraint(
            model_name="attendance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("marked_at__isnull", False),
                    ("derived", True),
                    ("source__isnull", True),
                    ("source__in", ["livekit_auto", "whiteboard_auto", "system_default"]),
                    _connector="OR",
                ),
                name="attendance_of_people_is_marked",
            ),
        ),
        migrations.AddConstraint(
            model_name="attendance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("marked_at__isnull", False),
                    models.Q(("marked_by__isnull", True), ("notes", "")),
                    _connector="OR",
                ),
                name="attendance_marked_whole",
            ),
        ),
    ]
