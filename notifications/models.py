"""Who is asked whether they attended, who wants no such mails, and the bell's list."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, Value, When
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from attendance.decisions.answering import ANSWERS_COUNT_FOR
from events.models import Event, EventState, Organization, Participant
from sessions_app.ends import end


class PromptedEvent(models.Model):
    """That everybody who is to be asked about an event has a prompt, due at ``due_at``.

    ``roster_changed_at`` is that of the event when its people were last looked at: when
    it changes, they are looked at again; null if they are to be in any case. After
    ``failures`` in a row that is tried again at ``retry_at``.
    """

    event = models.OneToOneField(
        Event, models.CASCADE, primary_key=True, related_name="prompted"
    )
    due_at = models.DateTimeField(_("due at"))
    roster_changed_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0, db_default=0, editable=False)
    retry_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("event whose people were asked")
        verbose_name_plural = _("events whose people were asked")
        indexes = [
            # notifications.prompts.preparing: those that may have been moved since
            models.Index(fields=["due_at"], name="prompted_event_due"),
        ]

    def __str__(self) -> str:
        return str(self.event_id)


class NotMailed(models.TextChoices):
    """Why no mail is sent for a prompt."""

    NO_ADDRESS = "no_address", _("no address")
    REFUSED = "refused", _("the address takes no mail")
    DECLINED = "declined", _("wants no such mails")
    NEEDLESS = "needless", _("need not be asked any more")


class PromptState(models.TextChoices):
    """What has become of a prompt.

    One that is pending may be due only later, such as after snoozing. One that was
    snoozed stays so: the second prompt goes on.
    """

    PENDING = "pending", _("pending")
    SNOOZED = "snoozed", _("snoozed")
    ANSWERED = "answered", _("answered")
    EXPIRED = "expired", _("expired")


class AttendancePromptQuerySet(models.QuerySet["AttendancePrompt"]):
    """Prompts."""

    def locked(self) -> "AttendancePromptQuerySet":
        """Lock these in order of id, and return them, whatever they are then.

        Whoever writes several locks them first: so no two wait for each other.
        """
        rows = self.order_by("pk").only("pk")
        ids = [row.pk for row in rows.select_for_update(no_key=True, of=("self",))]
        return type(self)(self.model, using=self.db).filter(pk__in=ids)

    def with_state(self, now: datetime) -> "models.QuerySet[Any]":
        """Add ``state``, one of ``PromptState``, to filter and to show.

        Expired is what nobody can answer any more, and what nobody needs to.
        """
        is_over = Q(event_ends_at__lte=now - ANSWERS_COUNT_FOR) | Q(
            participant__event__state=EventState.CANCELLED
        )
        state = Case(
            When(answered_at__isnull=False, then=Value(PromptState.ANSWERED)),
            When(snoozed_at__isnull=False, then=Value(PromptState.SNOOZED)),
            When(is_over, then=Value(PromptState.EXPIRED)),
            When(not_mailed=NotMailed.NEEDLESS, then=Value(PromptState.EXPIRED)),
            default=Value(PromptState.PENDING),
            output_field=models.CharField(),
        )
        return self.alias(event_ends_at=end("participant__event__")).annotate(
            state=state
        )


class AttendancePrompt(models.Model):
    """One "did you attend?" to one participant.

    The second one comes only from snoozing the first, so there are never more than two.
    ``due_at`` is when they are to be asked; ``send_at`` when a mail is next tried, null
    once it is sent, or will not be (``not_mailed`` says why). Whoever sends it has it
    to themselves until ``claimed_until``, so that no two send the same. ``failures``
    counts tries that failed in a row. ``asked_by`` is the organizer who sent it by
    hand.
    """

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    participant = models.ForeignKey(
        Participant, models.CASCADE, related_name="prompts", db_index=False
    )
    number = models.PositiveSmallIntegerField(_("number"), default=1)
    due_at = models.DateTimeField(_("due at"))
    send_at = models.DateTimeField(_("mail due at"), null=True)
    claimed_until = models.DateTimeField(null=True, editable=False)
    not_mailed = models.CharField(
        _("why there is no mail"), max_length=16, choices=NotMailed, blank=True
    )
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0)
    sent_at = models.DateTimeField(_("sent at"), null=True)
    snoozed_at = models.DateTimeField(_("snoozed at"), null=True)
    answered_at = models.DateTimeField(_("answered at"), null=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("asked by"),
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = AttendancePromptQuerySet.as_manager()

    class Meta:
        verbose_name = _("prompt")
        verbose_name_plural = _("prompts")
        ordering = ["-pk"]
        indexes = [
            # notifications.prompts.sending: the mails that are due
            models.Index(
                fields=["send_at", "id"],
                condition=Q(send_at__isnull=False),
                name="prompt_to_send",
            ),
            # notifications.bell.writing: open ones that may lack a notification
            models.Index(
                fields=["due_at"],
                condition=Q(answered_at__isnull=True, snoozed_at__isnull=True),
                name="prompt_open",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "number"], name="prompt_number_once"
            ),
            models.CheckConstraint(
                condition=Q(number__in=[1, 2]), name="prompt_at_most_two"
            ),
            models.CheckConstraint(
                condition=Q(snoozed_at__isnull=True) | Q(number=1),
                name="prompt_snoozed_once",
            ),
            models.CheckConstraint(
                condition=Q(not_mailed="")
                | Q(not_mailed__in=NotMailed.values, send_at__isnull=True),
                name="prompt_not_mailed_is_not_due",
            ),
            models.CheckConstraint(
                condition=Q(sent_at__isnull=True) | Q(send_at__isnull=True),
                name="prompt_sent_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participant_id}: {self.number}"


class PromptToken(models.Model):
    """The secret of the link in one mail; only its SHA-256 is kept.

    It holds until the time to answer is over, or it is revoked; and as long as the
    place has the ``link_version`` of then, so not once the person has another mailbox.
    """

    digest = models.BinaryField(max_length=32, unique=True)
    participant = models.ForeignKey(
        Participant, models.CASCADE, related_name="prompt_tokens"
    )
    link_version = models.PositiveIntegerField(default=1, db_default=1, editable=False)
    revoked_at = models.DateTimeField(_("revoked at"), null=True)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("link to answer")
        verbose_name_plural = _("links to answer")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return str(self.participant_id)


class PromptOptOut(models.Model):
    """An address that gets no prompts: of an organization, or (null) of any here."""

    organization = models.ForeignKey(
        Organization, models.CASCADE, null=True, related_name="+"
    )
    folded_email = models.TextField(_("address"))
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("address that wants no prompts")
        verbose_name_plural = _("addresses that want no prompts")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["folded_email", "organization"],
                nulls_distinct=False,
                name="opt_out_once",
            ),
            models.CheckConstraint(
                condition=~Q(folded_email=""), name="opt_out_of_an_address"
            ),
        ]

    def __str__(self) -> str:
        return self.folded_email


class NotificationType(models.TextChoices):
    """What a notification tells."""

    ATTENDANCE_PROMPT = "attendance_prompt", _("did you attend?")


class Notification(models.Model):
    """One entry of an account's bell.

    ``prompt`` is what one of type ``attendance_prompt`` is about.
    """

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        related_name="notifications",
        db_index=False,
    )
    organization = models.ForeignKey(Organization, models.CASCADE, related_name="+")
    type = models.CharField(_("type"), max_length=32, choices=NotificationType)
    prompt = models.ForeignKey(
        AttendancePrompt, models.CASCADE, null=True, related_name="notifications"
    )
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    read_at = models.DateTimeField(_("read at"), null=True)

    class Meta:
        verbose_name = _("notification")
        verbose_name_plural = _("notifications")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["user", "-id"], name="notification_of_user"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "prompt"], name="notification_once_per_prompt"
            ),
            models.CheckConstraint(
                condition=Q(type__in=NotificationType.values),
                name="notification_type_known",
            ),
            models.CheckConstraint(
                condition=~Q(type=NotificationType.ATTENDANCE_PROMPT)
                | Q(prompt__isnull=False),
                name="notification_of_prompt",
            ),
            models.CheckConstraint(
                condition=Q(read_at__isnull=True) | Q(read_at__gte=F("created_at")),
                name="notification_read_later",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.type}"
