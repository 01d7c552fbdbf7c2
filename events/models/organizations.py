"""Organizations and their members."""

from typing import Self

from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from core.validators import validate_language, validate_name, validate_time_zone
from events.models.accounts import User
from events.models.roles import Role

slug_validator = RegexValidator(
    r"^[a-z0-9]+(-[a-z0-9]+)*\Z",
    _("Use lowercase letters a to z, digits and single hyphens between them."),
)


LONGEST_NOTICE = 2000


class OrganizationQuerySet(models.QuerySet["Organization"]):
    """Organizations."""

    def visible_to(self, user: User) -> Self:
        """Filter those in which ``user`` has a role; a superuser sees all."""
        if user.is_superuser:
            return self.all()
        return self.filter(
            pk__in=Membership.objects.filter(user=user).values("organization")
        )


class Organization(models.Model):
    """A tenant: a school, an academy, a community.

    The names of its rooms begin with the slug (``{slug}_…``), so it never changes.
    An empty ``recording_notice`` means the usual one (``events/recording/notice.py``).
    """

    name = models.CharField(_("name"), max_length=200, validators=[validate_name])
    slug = models.CharField(
        _("slug"), max_length=50, unique=True, validators=[slug_validator]
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_time_zone]
    )
    language = models.CharField(
        _("language"), max_length=16, default="en", validators=[validate_language]
    )
    recording_notice = models.TextField(
        _("what people read before they join"),
        max_length=LONGEST_NOTICE,
        blank=True,
        default="",
        db_default="",
    )
    consent_required = models.BooleanField(
        _("only who consents to being recorded joins"), default=False, db_default=False
    )
    sends_prompts = models.BooleanField(
        _("ask people after events whether they attended"),
        default=True,
        db_default=True,
    )
    asks_how_it_was = models.BooleanField(
        _("ask people who were seen how it was"), default=True, db_default=True
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organization")
        verbose_name_plural = _("organizations")
        ordering = ["name", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(slug__regex=r"^[a-z0-9]+(-[a-z0-9]+)*$"),
                name="organization_slug_without_underscore",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    """Memberships, and whether they can end."""

    def with_last_owner(self) -> "MembershipQuerySet":
        """Add ``is_last_owner``: whether the organization has no other owner."""
        others = Membership.objects.filter(
            organization=OuterRef("organization"), role=Role.OWNER
        ).exclude(pk=OuterRef("pk"))
        return self.annotate(is_last_owner=Q(role=Role.OWNER) & ~Exists(others))


class Membership(models.Model):
    """A user's one role in an organization."""

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="memberships"
    )
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=16, choices=Role)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "user"],
                name="membership_once_per_organization",
            ),
            models.CheckConstraint(
                condition=Q(role__in=Role.values), name="membership_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.get_role_display()})"
