"""Events, their rosters, and who looked at their pages."""

import secrets
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce, Greatest, Now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from core.spans import Span, SpansField, always
from core.validators import validate_name, validate_time_zone
from events.models.accounts import User
from events.models.organizations import Organization
from events.models.people import Person

DEFAULT_EVENT_LENGTH = timedelta(hours=2)
# How long before a start, or after an end, people may check themselves in, at most.
LONGEST_DOOR_MINUTES = 24 * 60
MOST_PLACES = 1_000_000


class EventState(models.TextChoices):
    """The state of an event, from draft to completed or cancelled."""

    DRAFT = "draft", _("draft")
    SCHEDULED = "scheduled", _("published")
    COMPLETED = "completed", _("completed")
    CANCELLED = "cancelled", _("cancelled")


class Visibility(models.TextChoices):
    """Who may open an event's public page, which shows no people.

    ``link``: anybody, but nothing lists it. ``public``: anybody, and it is listed.
    """

    MEMBERS = "members", _("people of the organization and of the roster")
    LINK = "link", _("everybody who has the link")
    PUBLIC = "public", _("everybody; it is listed on the first page")


class EventQuerySet(models.QuerySet["Event"]):
    """Events."""

    def open_to_all(self) -> Self:
        """Filter events with a page for everybody; drafts have none yet."""
        return self.exclude(
            Q(visibility=Visibility.MEMBERS) | Q(state=EventState.DRAFT)
        )

    def visible_to(self, user: User) -> Self:
        """Filter events of the user's organizations, or with the user on the roster."""
        if user.is_superuser:
            return self.all()
        return self.filter(
            Q(organization__in=Organization.objects.visible_to(user))
            | Q(pk__in=Participant.objects.filter(person__user=user).values("event"))
        )

    def hosted_by(self, user: User) -> Self:
        """Filter events that expect the user as a host."""
        return self.filter(
            pk__in=Participant.objects.filter(
                person__user=user, role=ParticipantRole.HOST, registration__in=EXPECTED
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
    door_opens_minutes = models.PositiveSmallIntegerField(
        _("check-in opens before the start, in minutes"),
        default=30,
        db_default=30,
        validators=[MaxValueValidator(LONGEST_DOOR_MINUTES)],
    )
    door_closes_minutes = models.PositiveSmallIntegerField(
        _("check-in closes after the end, in minutes"),
        default=0,
        db_default=0,
        validators=[MaxValueValidator(LONGEST_DOOR_MINUTES)],
    )
    visibility = models.CharField(
        _("who may see its public page"),
        max_length=16,
        choices=Visibility,
        default=Visibility.MEMBERS,
        db_default=Visibility.MEMBERS,
    )
    registration_open = models.BooleanField(
        _("people register themselves"), default=False, db_default=False
    )
    capacity = models.PositiveIntegerField(
        _("places for attendees"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(MOST_PLACES)],
    )
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
            # notifications.prompts.preparing: events that ended lately. The same as
            # above, said otherwise: completion is to use that one, which is small.
            models.Index(
                Greatest("ends_at", "starts_at"),
                condition=Q(state__in=[EventState.SCHEDULED, EventState.COMPLETED]),
                name="event_end",
            ),
            # events.public.listing: the next ones on the first page
            models.Index(
                "starts_at",
                "id",
                condition=Q(state=EventState.SCHEDULED, visibility=Visibility.PUBLIC),
                name="event_listed",
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
            models.CheckConstraint(
                condition=Q(
                    door_opens_minutes__lte=LONGEST_DOOR_MINUTES,
                    door_closes_minutes__lte=LONGEST_DOOR_MINUTES,
                ),
                name="event_door_within_a_day",
            ),
            models.CheckConstraint(
                condition=Q(visibility__in=Visibility.values),
                name="event_visibility_known",
            ),
            models.CheckConstraint(
                condition=Q(capacity__isnull=True) | Q(capacity__gte=1),
                name="event_has_a_place",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def end(self) -> datetime:
        """The event's own end; its last session may end later."""
        return self.ends_at or self.starts_at + DEFAULT_EVENT_LENGTH

    @property
    def is_open_to_all(self) -> bool:
        """Whether everybody may open its public page."""
        return self.visibility != Visibility.MEMBERS and self.state != EventState.DRAFT

    def takes_registrations(self, now: datetime) -> bool:
        """Return whether people may register themselves now."""
        return (
            self.registration_open
            and self.is_open_to_all
            and self.state == EventState.SCHEDULED
            and now < self.end
        )

    def door_opens_at(self, starts_at: datetime) -> datetime:
        """Return since when people may check themselves in for what starts then."""
        return starts_at - timedelta(minutes=self.door_opens_minutes)


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


# Who is expected at sessions within their enrolment. People who cancelled were expected
# until then; waitlisted people are in a report only if they were there.
EXPECTED = (Registration.REGISTERED, Registration.WALK_IN)
NOT_REGISTERED = (Registration.CANCELLED, Registration.VIEWED)


def new_identity() -> str:
    """Return an unguessable LiveKit identity (128 bits)."""
    return secrets.token_urlsafe(16)


class ParticipantQuerySet(models.QuerySet["Participant"]):
    """Participants."""

    def visible_to(self, user: User) -> Self:
        """Filter the user, and all people of their organizations and hosted events."""
        if user.is_superuser:
            return self.all()
        return self.filter(
            Q(person__user=user)
            | Q(event__organization__in=Organization.objects.visible_to(user))
            | Q(event__in=Event.objects.hosted_by(user))
        )

    def in_reports(self) -> Self:
        """Filter people who may be in reports: all but onlookers."""
        return self.exclude(registration=Registration.VIEWED)


_WithQuerySet = models.Manager.from_queryset(ParticipantQuerySet)


class EveryParticipantManager(_WithQuerySet["Participant"]):
    """All participants, each with their person: also who only looked at a page."""

    def get_queryset(self) -> ParticipantQuerySet:
        """Return all participants; reading one of a person's fields is no query."""
        return ParticipantQuerySet(self.model, using=self._db).select_related("person")


class ParticipantManager(EveryParticipantManager):
    """Participants, each with their person, but for who only looked at a page.

    So that no roster, list or count can forget to leave them out.
    """

    def get_queryset(self) -> ParticipantQuerySet:
        """Return the participants of whom organizers know."""
        return super().get_queryset().filter(only_looked=False)


class Participant(models.Model):
    """One person's place on one event's roster.

    ``enrolled`` are the spans of time in which the person belongs to the event;
    ``cancelled_at`` says since when the registration is cancelled, ``waitlisted_at``
    since when they are on the waiting list. A higher ``link_version`` ends the links to
    the place that were given out before (``roster/personal_links.py``).
    Who ``only_looked`` at the page of an event is asked whether they came, and shown to
    nobody before they say so (``roster/viewers.py``); ``everybody`` has them too.
    ``identity`` names them in LiveKit rooms of this event. Only organizers may see it,
    because whoever knows it could join as this person. Name, address and account are
    the person's.
    """

    event = models.ForeignKey(Event, models.CASCADE, related_name="participants")
    person = models.ForeignKey(Person, models.PROTECT, related_name="places")
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
    enrolled = SpansField(_("enrolled"), default=always)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, editable=False)
    waitlisted_at = models.DateTimeField(
        _("on the waiting list since"), null=True, editable=False
    )
    link_version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    only_looked = models.BooleanField(default=False, db_default=False, editable=False)
    identity = models.CharField(
        _("identity"),
        max_length=256,
        unique=True,
        default=new_identity,
        editable=False,
    )
    show_on_profile = models.BooleanField(_("show on profile"), default=True)
    show_to_other_orgs = models.BooleanField(
        _("show to other organizations"), default=False
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = ParticipantManager()
    everybody = EveryParticipantManager()

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        ordering = ["person__name", "pk"]
        base_manager_name = "everybody"
        constraints = [
            models.CheckConstraint(
                condition=Q(only_looked=False) | Q(registration=Registration.VIEWED),
                name="participant_who_looked_is_not_registered",
            ),
            models.UniqueConstraint(
                fields=["event", "person"], name="participant_once_per_event"
            ),
            models.CheckConstraint(
                condition=Q(role__in=ParticipantRole.values),
                name="participant_role_known",
            ),
            models.CheckConstraint(
                condition=Q(registration__in=Registration.values),
                name="participant_registration_known",
            ),
            models.CheckConstraint(
                condition=Q(
                    registration=Registration.CANCELLED, cancelled_at__isnull=False
                )
                | ~Q(registration=Registration.CANCELLED)
                & Q(cancelled_at__isnull=True),
                name="participant_cancelled_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def latest(self) -> Span:
        """The latest span of enrolment; an open one if they were never enrolled."""
        return self.enrolled[-1] if self.enrolled else Span()

    @property
    def name(self) -> str:
        return self.person.name

    @property
    def email(self) -> str:
        return self.person.email

    @property
    def external_id(self) -> str:
        return self.person.external_id

    @property
    def user(self) -> User | None:
        return self.person.user

    @property
    def user_id(self) -> int | None:
        return self.person.user_id

    @property
    def time_zone(self) -> str:
        return self.person.time_zone

    @property
    def language(self) -> str:
        return self.person.language


class EventView(models.Model):
    """A user's views of an event's page; they may be asked if they attended.

    The last one is recorded at most once a day.
    """

    event = models.ForeignKey(Event, models.CASCADE, related_name="event_views")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="event_views"
    )
    viewed_at = models.DateTimeField(_("first viewed at"), db_default=Now())
    last_viewed_at = models.DateTimeField(_("last viewed at"), db_default=Now())

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
