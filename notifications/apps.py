from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """Notifications; empty so far."""

    name = "notifications"
    verbose_name = _("Notifications")
