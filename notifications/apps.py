from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NotificationsConfig(AppConfig):
    """Who is told, asked and shown."""

    name = "notifications"
    verbose_name = _("Notifications")

    def ready(self) -> None:
        """Connect receivers."""
        from attendance.signals import attendance_changed, own_answer_given
        from events.signals import mailboxes_changed
        from notifications.prompts.answered import note_answered
        from notifications.prompts.marks_undone import look_again
        from notifications.prompts.other_mailbox import follow_mailbox

        attendance_changed.connect(look_again)
        own_answer_given.connect(note_answered)
        mailboxes_changed.connect(follow_mailbox)
