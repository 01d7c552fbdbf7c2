"""What people must still be told by mail about their registrations."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from events.models.events import Participant


class RegistrationNews(models.TextChoices):
    """What happened to a registration."""

    REGISTERED = "registered", _("registered")
    WAITLISTED = "waitlisted", _("on the waiting list")
    MOVED_UP = "moved_up", _("moved up from the waiting list")
    CANCELLED = "cancelled", _("cancelled by themselves")


class RegistrationMail(models.Model):
    """A mail that is still to be sent; the row is deleted once it is.

    There is one for each place: newer news replace older ones. ``due_at`` is moved on
    whenever somebody tries to send it, so that no two do at once.
    """

    participant = models.OneToOneField(
        Participant, models.CASCADE, primary_key=True, related_name="registration_mail"
    )
    news = models.CharField(_("news"), max_length=16, choices=RegistrationNews)
    due_at = models.DateTimeField(_("due at"), db_index=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("mail about a registration")
        verbose_name_plural = _("mails about registrations")
        ordering = ["due_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(news__in=RegistrationNews.values),
                name="registration_mail_news_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participant_id}: {self.news}"
