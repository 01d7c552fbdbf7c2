from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """Notifications about decisions."""

    name = "notifications"
    verbose_name = _("Notifications")
