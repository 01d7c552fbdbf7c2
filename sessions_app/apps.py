from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SessionsConfig(AppConfig):
    """Live sessions, the facts received about their rooms, and connections."""

    name = "sessions_app"
    verbose_name = _("Live sessions")

    def ready(self) -> None:
        """Connect receivers, and register the messages for violated constraints."""
        from core.constraints import tell_constraints
        from events.models import Event
        from events.signals import removal_asked, removal_begins
        from sessions_app import removal
        from sessions_app.constraints import RULES
        from sessions_app.models import LiveSession

        tell_constraints(RULES)
        removal_asked.connect(removal.presence_in_rooms, LiveSession)
        removal_asked.connect(removal.hangs_on_sessions_of, Event)
        removal_begins.connect(removal.delete_sessions_of, Event)
