"""Accounts, and what is kept about their requests."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib.auth.models import AbstractUser
from django.contrib.auth.models import UserManager as DjangoUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from core.addresses import look_alike
from core.names import folded
from core.validators import validate_language, validate_time_zone

if TYPE_CHECKING:
    _TextField = models.TextField[str | None, str | None]
else:
    _TextField = models.TextField


class TakenField(_TextField):
    """What no two accounts may have: a name or address in the form that is compared.

    It is computed when the account is made. After that whoever changes the name or
    address sets it too. Null: there is none, or an older account has it, which happened
    before this column was there.
    """

    def __init__(
        self, *args: Any, of: "Callable[[User], str | None]" = str, **kwargs: Any
    ) -> None:
        self.of = of
        kwargs |= {"null": True, "editable": False}
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Leave out what only Python uses: for the database it is a text."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs

    def get_internal_type(self) -> str:
        """Say what it is for the database."""
        return "TextField"

    def pre_save(self, model_instance: models.Model, add: bool) -> str | None:
        """Compute the value of a new account."""
        if add and isinstance(model_instance, User):
            setattr(model_instance, self.attname, self.of(model_instance))
        value: str | None = getattr(model_instance, self.attname)
        return value


class UserManager(DjangoUserManager["User"]):
    """Accounts, found by their name in any case."""

    use_in_migrations = False

    def get_by_natural_key(self, username: str | None) -> "User":
        """Return the account of exactly this name, else that of the folded one."""
        found = self.filter(username=username).first()
        return found or self.get(folded_username=folded(username or ""))


class User(AbstractUser):
    """A person with an account.

    Only a verified address (``email_verified_at``) connects the account with
    participants. Empty ``language`` and ``time_zone`` mean those of the organization or
    event.

    Source: docs/rules.md 125, 126.
    """

    folded_username = TakenField(of=lambda user: folded(user.username))
    folded_email = TakenField(of=lambda user: user.address_to_take)
    must_change_password = models.BooleanField(
        _("must change the password"),
        default=False,
        help_text=_("Asked for at the first sign-in from elsewhere."),
    )

    email_verified_at = models.DateTimeField(_("email verified"), null=True, blank=True)
    language = models.CharField(
        _("language"), max_length=16, blank=True, validators=[validate_language]
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, blank=True, validators=[validate_time_zone]
    )
    wants_prompts = models.BooleanField(_("wants prompts"), default=True)

    objects: ClassVar[UserManager] = UserManager()

    class Meta(AbstractUser.Meta):
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                condition=Q(email_verified_at__isnull=False) & ~Q(email=""),
                name="user_verified_email_unique",
            ),
            models.UniqueConstraint(
                fields=["folded_username"], name="user_folded_username_unique"
            ),
            models.UniqueConstraint(
                fields=["folded_email"], name="user_folded_email_unique"
            ),
        ]

    @property
    def address_to_take(self) -> str | None:
        """The confirmed address as nobody else may have it; None without one."""
        return look_alike(self.email) if self.email_verified_at and self.email else None

    def clean(self) -> None:
        """Refuse a name that an account has which is equal when folded."""
        super().clean()
        others = User.objects.exclude(pk=self.pk)
        if User.objects.filter(pk=self.pk, username=self.username).exists():
            return
        if others.filter(folded_username=folded(self.username)).exists():
            raise ValidationError(
                {"username": _("Another account has this name, or one like it.")}
            )
        self.folded_username = folded(self.username)


class SignInTries(models.Model):
    """Attempts with one user name from one address in the minute from ``since``.

    Mails to register are counted by the hour and the day.

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
