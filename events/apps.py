from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    """Who organizes, what, and who is on the roster."""

    name = "events"
    verbose_name = _("Events and people")

    def ready(self) -> None:
        """Say how violated constraints are told."""
        from core.constraints import tell_constraints
        from events.constraints import RULES

        tell_constraints(RULES)
