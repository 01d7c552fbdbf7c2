from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class EventsConfig(AppConfig):
    """Organizations, events and rosters."""

    name = "events"
    verbose_name = _("Events and people")

    def ready(self) -> None:
        """Register the messages for violated constraints, and what signals lead to."""
        from allauth.account.signals import user_signed_up
        from django.contrib.auth.signals import user_logged_in
        from django.db.models.signals import post_save, pre_migrate

        from core.constraints import tell_constraints
        from events.accounts.confirming import follow_when_saved
        from events.accounts.elsewhere import confirm_what_the_provider_confirmed
        from events.accounts.known_browsers import note_sign_in
        from events.constraints import RULES
        from events.models import User
        from events.people.going_back import refuse_to_lose_people

        tell_constraints(RULES)
        pre_migrate.connect(refuse_to_lose_people, sender=self)
        post_save.connect(follow_when_saved, sender=User)
        user_logged_in.connect(note_sign_in)
        user_signed_up.connect(confirm_what_the_provider_confirmed)
