"""Accounts, and what is kept about their requests."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from core.validators import validate_language, validate_time_zone


class User(AbstractUser):
    """A person with an account.

    Only a verified address (``email_verified_at``) connects the account with
    participants. Empty ``language`` and ``time_zone`` mean those of the organization or
    event.
    """

    email_verified_at = models.DateTimeField(_("email verified"), null=True, blank=True)
    language = models.CharField(
        _("language"), max_length=16, blank=True, validators=[validate_language]
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, blank=True, validators=[validate_time_zone]
    )
    wants_prompts = models.BooleanField(_("wants prompts"), default=True)

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=Q(email_verified_at__isnull=False) & ~Q(email=""),
                name="user_verified_email_unique",
            ),
        ]


class SignInTries(models.Model):
    """Attempts with one user name from one address in the minute from ``since``.

    ``key`` is a digest of both, or of what else is guessed, such as codes at the door.
    Written only by ``events/accounts/attempts.py``.
    """

    key = models.CharField(_("digest"), max_length=64, primary_key=True)
    tries = models.PositiveIntegerField(_("tries"))
    since = models.DateTimeField(_("since"), db_index=True)

    class Meta:
        verbose_name = _("sign-in attempts")
        verbose_name_plural = _("sign-in attempts")
        ordering = ["-since"]

    def __str__(self) -> str:
        return self.key


class IdempotentAnswer(models.Model):
    """The response to a request with an ``Idempotency-Key``, kept for a day.

    ``fingerprint`` is the SHA-256 of its method and body. ``status`` is null while the
    request runs, which no other transaction sees. Written by ``events/idempotency.py``.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    path = models.CharField(_("path"), max_length=300)
    key = models.CharField(_("key"), max_length=255)
    fingerprint = models.BinaryField(max_length=32)
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    content_type = models.CharField(max_length=100)
    body = models.BinaryField()
    created_at = models.DateTimeField(_("received at"), db_index=True)

    class Meta:
        verbose_name = _("idempotency key")
        verbose_name_plural = _("idempotency keys")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "path", "key"], name="idempotent_answer_once_per_key"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.path}"
