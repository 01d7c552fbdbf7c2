"""Accounts, organizations, events and rosters.

Each invariant is a named constraint of the database. Times are aware and in UTC.
"""

import secrets
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import F, Func, Q, Value
from django.db.models.functions import Coalesce, Lower, Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.names import SAME_NAME
from core.validators import validate_language, validate_name, validate_time_zone

DEFAULT_EVENT_LENGTH = timedelta(hours=2)

slug_validator = RegexValidator(
    r"^[a-z0-9]+(-[a-z0-9]+)*\Z",
    _("Use lowercase letters a to z, digits and single hyphens between them."),
)


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


class Role(models.TextChoices):
    """A member's role in an organization, the most powerful first."""

    OWNER = "owner", _("owner")
    ADMIN = "admin", _("admin")
    ORGANIZER = "organizer", _("organizer")
    VIEWER = "viewer", _("viewer")


ADMINS = (Role.OWNER, Role.ADMIN)
ORGANIZERS = (Role.OWNER, Role.ADMIN, Role.ORGANIZER)


class OrganizationQuerySet(models.QuerySet["Organization"]):
    """Organizations."""

    def visible_to(self, user: User) -> Self:
        """Filter those in which ``user`` has a role."""
        return self.filter(
            pk__in=Membership.objects.filter(user=user).values("organization")
        )


class Organization(models.Model):
    """A tenant: a school, an academy, a community.

    The names of its rooms begin with the slug (``{slug}_…``), so it never changes.
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


class Membership(models.Model):
    """A user's one role in an organization."""

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="memberships"
    )
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=16, choices=Role)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

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


class EventState(models.TextChoices):
    """The state of an event, from draft to completed or cancelled."""

    DRAFT = "draft", _("draft")
    SCHEDULED = "scheduled", _("published")
    COMPLETED = "completed", _("completed")
    CANCELLED = "cancelled", _("cancelled")


class EventQuerySet(models.QuerySet["Event"]):
    """Events."""

    def visible_to(self, user: User) -> Self:
        """Filter events of the user's organizations, or with the user on the roster."""
        return self.filter(
            Q(organization__in=Organization.objects.visible_to(user))
            | Q(pk__in=Participant.objects.filter(user=user).values("event"))
        )

    def hosted_by(self, user: User) -> Self:
        """Filter events that expect the user as a host."""
        return self.filter(
            pk__in=Participant.objects.filter(
                user=user, role=ParticipantRole.HOST, registration__in=EXPECTED
            ).values("event")
        )


class Event(models.Model):
    """What people sign up for: a meetup, a course, a class.

    Without ``ends_at`` it lasts two hours. Triggers set ``roster_changed_at`` whenever
    the roster or a link of an identity changes; sessions calculated before are then due
    again. ``state_before_cancel`` is the state it gets back when a session of a
    cancelled event is restored. ``reopened_at`` says when somebody reopened it; from
    then on it is only completed by people, not automatically.
    """

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="events"
    )
    title = models.CharField(_("title"), max_length=200, validators=[validate_name])
    description = models.TextField(_("description"), blank=True)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"), null=True, blank=True)
    time_zone = models.CharField(
        _("time zone"), max_length=64, validators=[validate_time_zone]
    )
    location = models.CharField(_("location"), max_length=200, blank=True)
    prompt_viewers = models.BooleanField(_("ask people who only viewed"), default=False)
    state = models.CharField(
        _("state"), max_length=16, choices=EventState, default=EventState.DRAFT
    )
    state_before_cancel = models.CharField(
        max_length=16,
        choices=EventState,
        default=EventState.DRAFT,
        db_default=EventState.DRAFT,
        editable=False,
    )
    reopened_at = models.DateTimeField(null=True, editable=False)
    roster_changed_at = models.DateTimeField(db_default=Now(), editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = EventQuerySet.as_manager()

    class Meta:
        verbose_name = _("event")
        verbose_name_plural = _("events")
        ordering = ["-starts_at", "-pk"]
        indexes = [
            models.Index(fields=["organization", "-starts_at"]),
            # attendance.completion: scheduled events whose end may have passed
            models.Index(
                Coalesce("ends_at", "starts_at"),
                "id",
                condition=Q(state=EventState.SCHEDULED, reopened_at__isnull=True),
                name="event_to_complete",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="event_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(state__in=EventState.values), name="event_state_known"
            ),
            models.CheckConstraint(
                condition=Q(
                    state_before_cancel__in=[EventState.DRAFT, EventState.SCHEDULED]
                ),
                name="event_state_before_cancel_known",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def end(self) -> datetime:
        """The event's own end; its last session may end later."""
        return self.ends_at or self.starts_at + DEFAULT_EVENT_LENGTH


class ParticipantRole(models.TextChoices):
    """A person's role in an event."""

    HOST = "host", _("host")
    ATTENDEE = "attendee", _("attendee")


class Registration(models.TextChoices):
    """How a person is registered for an event.

    ``viewed``: only looked at the event's page, may be asked whether they attended, and
    is in no report.
    """

    REGISTERED = "registered", _("registered")
    WAITLISTED = "waitlisted", _("on the waiting list")
    CANCELLED = "cancelled", pgettext_lazy("registration", "cancelled")
    WALK_IN = "walk_in", _("walk-in")
    VIEWED = "viewed", _("viewed")


# EXPECTED people are in every report, waitlisted people only if they were there.
EXPECTED = (Registration.REGISTERED, Registration.WALK_IN)
NOT_IN_REPORTS = (Registration.CANCELLED, Registration.VIEWED)


def new_identity() -> str:
    """Return an unguessable LiveKit identity (128 bits)."""
    return secrets.token_urlsafe(16)


class SameName(Func):
    """``names.SAME_NAME`` as an expression: equal for two names of one person."""

    template = SAME_NAME.format(name="%(expressions)s")
    output_field = models.TextField()


class ParticipantQuerySet(models.QuerySet["Participant"]):
    """Participants."""

    def visible_to(self, user: User) -> Self:
        """Filter the user, and all people of their organizations and hosted events."""
        return self.filter(
            Q(user=user)
            | Q(event__organization__in=Organization.objects.visible_to(user))
            | Q(event__in=Event.objects.hosted_by(user))
        )

    def in_reports(self) -> Self:
        """Filter people who may be in reports; waitlisted ones only if they came."""
        return self.exclude(registration__in=NOT_IN_REPORTS)

    def same_person(self, person: "Participant") -> Self:
        """Filter the participants of the organization who are the same person.

        They have the same account, or the same address and name. The name must match,
        because a family may share an address; two different accounts never match.
        """
        same = Q(pk=person.pk)
        by_address = Q(pk__in=[])
        if person.email:
            by_address = Q(
                email__iexact=person.email, same_name=SameName(Value(person.name))
            )
        if person.user_id is not None:
            same |= Q(user=person.user_id)
            by_address &= Q(user=None)
        same |= by_address
        people = self.annotate(same_name=SameName("name"))
        return people.filter(same, event__organization=person.event.organization_id)


class Participant(models.Model):
    """One person on one event's roster, with or without an account.

    ``identity`` names them in LiveKit rooms of this event. Only organizers may see it,
    because whoever knows it could join as this person.
    """

    event = models.ForeignKey(Event, models.CASCADE, related_name="participants")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="participations",
    )
    name = models.CharField(_("name"), max_length=200, validators=[validate_name])
    email = models.EmailField(_("email"), blank=True)
    role = models.CharField(
        _("role"),
        max_length=16,
        choices=ParticipantRole,
        default=ParticipantRole.ATTENDEE,
    )
    registration = models.CharField(
        _("registration"),
        max_length=16,
        choices=Registration,
        default=Registration.REGISTERED,
    )
    identity = models.CharField(
        _("identity"),
        max_length=256,
        unique=True,
        default=new_identity,
        editable=False,
    )
    time_zone = models.CharField(
        _("time zone"), max_length=64, blank=True, validators=[validate_time_zone]
    )
    language = models.CharField(
        _("language"), max_length=16, blank=True, validators=[validate_language]
    )
    show_on_profile = models.BooleanField(_("show on profile"), default=True)
    show_to_other_orgs = models.BooleanField(
        _("show to other organizations"), default=False
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                "event",
                Lower("email"),
                condition=~Q(email=""),
                name="participant_email_once_per_event",
            ),
            models.UniqueConstraint(
                fields=["event", "user"], name="participant_user_once_per_event"
            ),
            models.CheckConstraint(
                condition=Q(role__in=ParticipantRole.values),
                name="participant_role_known",
            ),
            models.CheckConstraint(
                condition=Q(registration__in=Registration.values),
                name="participant_registration_known",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class KnownIdentity(models.Model):
    """A LiveKit identity that somebody in the organization linked to a person."""

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="known_identities"
    )
    identity = models.CharField(_("identity"), max_length=256)
    participant = models.ForeignKey(
        Participant, models.CASCADE, related_name="known_identities"
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
                fields=["organization", "identity", "participant"],
                name="known_identity_once_per_participant",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.identity} → {self.participant}"


class EventView(models.Model):
    """A user's first view of an event's page; they may be asked if they attended."""

    event = models.ForeignKey(Event, models.CASCADE, related_name="event_views")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="event_views"
    )
    viewed_at = models.DateTimeField(_("first viewed at"), db_default=Now())

    class Meta:
        verbose_name = _("event view")
        verbose_name_plural = _("event views")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["event", "user"], name="event_view_once_per_user"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.event}"
