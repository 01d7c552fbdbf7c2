from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SessionsConfig(AppConfig):
    """What happened in the room."""

    name = "sessions_app"
    verbose_name = _("Live sessions")

    def ready(self) -> None:
        """Say how violated constraints are told."""
        from core.constraints import tell_constraints
        from sessions_app.constraints import RULES

        tell_constraints(RULES)
