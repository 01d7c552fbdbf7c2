from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SessionsConfig(AppConfig):
    """Live sessions, the facts received about their rooms, and connections."""

    name = "sessions_app"
    verbose_name = _("Live sessions")

    def ready(self) -> None:
        """Register the messages for violated constraints."""
        from core.constraints import tell_constraints
        from sessions_app.constraints import RULES

        tell_constraints(RULES)
