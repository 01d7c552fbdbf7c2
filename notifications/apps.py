from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """Who is told, asked and shown."""

    name = "notifications"
    verbose_name = _("Notifications")
