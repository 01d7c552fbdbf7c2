from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    """Organizations, events and rosters."""

    name = "events"
    verbose_name = _("Events and people")

    def ready(self) -> None:
        """Register the messages for violated constraints."""
        from core.constraints import tell_constraints
        from events.constraints import RULES

        tell_constraints(RULES)
