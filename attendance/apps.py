from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AttendanceConfig(AppConfig):
    """What presence means: one decision per person."""

    name = "attendance"
    verbose_name = _("Attendance")
