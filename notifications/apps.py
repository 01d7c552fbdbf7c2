from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """Who is told, asked and shown."""

    name = "notifications"
    verbose_name = _("Notifications")

    def ready(self) -> None:
        """Connect receivers."""
        from attendance.signals import own_answer_given
        from events.signals import mailboxes_changed
        from notifications.prompts.answered import note_answered
        from notifications.prompts.other_mailbox import follow_mailbox

        own_answer_given.connect(note_answered)
        mailboxes_changed.connect(follow_mailbox)
