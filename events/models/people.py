"""People of an organization: who they are, and how that changed."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.addresses import folded_address
from core.names import folded
from core.validators import validate_language, validate_name, validate_time_zone
from events.models.accounts import User
from events.models.organizations import Organization

if TYPE_CHECKING:
    _TextField = models.TextField[str, str]
else:
    _TextField = models.TextField


class FoldedField(_TextField):
    """A stored column: another column of the row in the form that is compared.

    It is computed in Python whenever a row is saved, so that Python, SQL and pages
    agree. Statements that change the other column without saving rows
    (``QuerySet.update``, SQL) must write this one too.
    """

    def __init__(
        self,
        *args: Any,
        of: str = "",
        by: Callable[[str], str] = str,
        **kwargs: Any,
    ) -> None:
        self.of, self.by = of, by
        kwargs["editable"] = False
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        """Leave out what only Python uses: for the database it is a text."""
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.TextField", args, kwargs

    def get_internal_type(self) -> str:
        """Say what it is for the database, which then takes many rows at once."""
        return "TextField"

    def pre_save(self, model_instance: models.Model, add: bool) -> str:
        """Compute the value."""
        value = self.by(getattr(model_instance, self.of))
        setattr(model_instance, self.attname, value)
        return value


class PersonQuerySet(models.QuerySet["Person"]):
    """People of organizations."""

    def known(self) -> Self:
        """Leave out who only looked at pages of events: organizers do not know them."""
        same = Person.objects.filter(pk=OuterRef("pk"))
        return self.filter(
            ~Exists(same.filter(places__only_looked=True))
            | Exists(same.filter(places__only_looked=False))
        )

    def visible_to(self, user: User) -> Self:
        """Filter the people of the user's organizations, and those who are the user."""
        if user.is_superuser:
            return self.known()
        return self.filter(user=user) | self.known().filter(
            organization__in=Organization.objects.visible_to(user)
        )


class Person(models.Model):
    """One human being in one organization, with or without an account.

    A family may share an address, and a parent's account may stand for several people.
    ``invited_username`` is what was typed as the name of their account, until that
    accepts.
    ``external_id`` is the organization's own number for the person, such as a student
    number.
    ``consented_at`` is when they last consented to being recorded, whatever was
    withdrawn before; ``consent_withdrawn_at`` is when they withdrew that.
    When an account is taken off them, only a withdrawal stays.
    ``refused_email`` is the folded address that a mail server has refused for good; it
    says nothing of another one.
    """

    organization = models.ForeignKey(
        Organization,
        models.PROTECT,
        related_name="people",
        db_index=False,  # person_name_in_organization serves as its index.
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="people",
        verbose_name=_("account"),
    )
    invited_username = models.CharField(
        _("account that was asked"),
        max_length=150,
        blank=True,
        db_default="",
        editable=False,
    )
    name = models.CharField(_("name"), max_length=200, validators=[validate_name])
    email = models.EmailField(_("email"), blank=True)
    external_id = models.CharField(
        _("student number"), max_length=64, blank=True, validators=[validate_name]
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, blank=True, validators=[validate_time_zone]
    )
    language = models.CharField(
        _("language"), max_length=16, blank=True, validators=[validate_language]
    )
    show_on_leaderboard = models.BooleanField(_("show on leaderboard"), default=False)
    consented_at = models.DateTimeField(
        _("consented to being recorded at"), null=True, editable=False
    )
    consent_withdrawn_at = models.DateTimeField(
        _("withdrew consent to being recorded at"), null=True, editable=False
    )
    refused_email = models.TextField(
        _("address that takes no mail"), blank=True, db_default="", editable=False
    )
    folded_name = FoldedField(of="name", by=folded)
    folded_email = FoldedField(of="email", by=folded_address)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        ordering = ["name", "pk"]
        indexes = [
            models.Index(
                fields=["organization", "folded_name"],
                name="person_name_in_organization",
            ),
            models.Index(
                fields=["folded_email"],
                condition=~Q(folded_email=""),
                name="person_email",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "external_id"],
                condition=~Q(external_id=""),
                name="person_external_id_once_per_organization",
            ),
            models.CheckConstraint(
                condition=Q(consent_withdrawn_at__isnull=True)
                | Q(
                    consented_at__isnull=False,
                    consent_withdrawn_at__gte=F("consented_at"),
                ),
                name="person_withdraws_consent_that_was_given",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def consents_to_recording(self) -> bool:
        """Whether they have consented to being recorded, and not withdrawn it."""
        return self.consented_at is not None and self.consent_withdrawn_at is None

    @property
    def takes_mail(self) -> bool:
        """Whether there is an address that no mail server has refused."""
        return bool(self.email) and not self.email_refused

    @property
    def email_refused(self) -> bool:
        """Whether a mail server has refused their address for good."""
        return bool(self.email) and self.folded_email == self.refused_email

    @property
    def account_name(self) -> str:
        """The name of their account, else of the one that was asked; "" if neither."""
        return self.user.username if self.user else self.invited_username


class KnownIdentity(models.Model):
    """A LiveKit identity that somebody in the organization linked to a person.

    ``event`` is where it was linked. One identity may stand for several people, such as
    a family's tablet.
    """

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="known_identities"
    )
    identity = models.CharField(_("identity"), max_length=256)
    person = models.ForeignKey(Person, models.CASCADE, related_name="known_identities")
    event = models.ForeignKey(
        "events.Event", models.CASCADE, related_name="known_identities"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("known identity")
        verbose_name_plural = _("known identities")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "identity", "person", "event"],
                name="known_identity_once_per_person_and_event",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.identity} → {self.person}"


class PersonChange(models.Model):
    """One act that changed a person, or their place at an event. Append-only.

    ``event`` is null for changes of the person. The values before and after are in
    :class:`PersonChangeValues`, which can be erased; ``values_digest`` is the SHA-256
    of their salt and text. The row outlives the person and the event, so it has no
    foreign key constraints to them.
    """

    append_only = True

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    person = models.ForeignKey(
        Person,
        models.DO_NOTHING,
        related_name="changes",
        db_constraint=False,
        db_index=False,
    )
    event = models.ForeignKey(
        "events.Event",
        models.DO_NOTHING,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(_("at"), db_default=Now())
    values_digest = models.BinaryField(_("digest of the values"), max_length=32)

    class Meta:
        verbose_name = _("change of a person")
        verbose_name_plural = _("changes of people")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["person", "-id"], name="person_change_of")]

    def __str__(self) -> str:
        return f"{self.person_id}: {self.at}"


class PersonChangeValues(models.Model):
    """The values before and after a change: personal data, which can be erased.

    ``before`` and ``after`` have the same keys: ``name``, ``email``, ``external_id``,
    ``user`` (a user name), ``invited_account`` (one that was asked), ``time_zone``,
    ``language``, ``show_on_leaderboard``, ``consents_to_recording``, ``role``,
    ``registration``, ``enrolled``, ``identity`` (a linked one). ``before`` is null when
    somebody was added, ``after`` when they were removed.
    """

    change = models.OneToOneField(
        PersonChange, models.PROTECT, primary_key=True, related_name="values"
    )
    salt = models.BinaryField(max_length=16)
    before = models.JSONField(_("before"), null=True)
    after = models.JSONField(_("after"), null=True)

    class Meta:
        verbose_name = _("values of a change of a person")
        verbose_name_plural = _("values of changes of people")

    def __str__(self) -> str:
        return str(self.change_id)
