from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    """Organizations, events and rosters."""

    name = "events"
    verbose_name = _("Events and people")

    def ready(self) -> None:
        """Register the messages for violated constraints, and what migrating loses."""
        from django.db.models.signals import pre_migrate

        from core.constraints import tell_constraints
        from events.constraints import RULES
        from events.people.going_back import refuse_to_lose_people

        tell_constraints(RULES)
        pre_migrate.connect(refuse_to_lose_people, sender=self)
