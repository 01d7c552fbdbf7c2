from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AttendanceConfig(AppConfig):
    """What presence means: one decision per person."""

    name = "attendance"
    verbose_name = _("Attendance")

    def ready(self) -> None:
        """Hear of sessions that are made, cancelled and restored."""
        from attendance.conclusion import follow_sessions
        from sessions_app.signals import sessions_changed

        sessions_changed.connect(follow_sessions)
