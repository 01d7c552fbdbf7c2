from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    """Who organizes, what, and who is on the roster."""

    name = "events"
    verbose_name = _("Events and people")

    def ready(self) -> None:
        """Say how violated constraints are told."""
        from events.constraints import RULES
        from events.problems import tell_constraints

        tell_constraints(RULES)
