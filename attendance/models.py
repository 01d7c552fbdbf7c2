"""What presence means: one decision per person, and the log that nobody can change."""

from typing import TYPE_CHECKING

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from attendance.rules import calculation, statuses
from attendance.rules.precedence import (
    ADMIN_OVERRIDE,
    CHECK_IN,
    MANUAL,
    PARENT_REPORTED,
    SELF_REPORTED,
    SOURCES_OF_PEOPLE,
    SYSTEM_DEFAULT,
    automatic,
)
from events.models import Event, Organization, Participant
from sessions_app.models import LiveSession, SessionType
from sessions_app.sources import SOURCES

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class Status(models.TextChoices):
    """What was decided about somebody."""

    UNKNOWN = statuses.Status.UNKNOWN, _("unknown")
    PRESENT = statuses.Status.PRESENT, _("present")
    LATE = statuses.Status.LATE, _("late")
    PARTIAL = statuses.Status.PARTIAL, _("partial")
    ABSENT = statuses.Status.ABSENT, _("absent")
    EXCUSED = statuses.Status.EXCUSED, _("excused")


# What people may say of each other, as forms and REST offer it.
MARKS = [choice for choice in Status.choices if choice[0] in statuses.CAN_BE_MARKED]


# Of what somebody writes beside a decision, in letters.
LONGEST_REASON = 2000


# By what a calculation decides, each with the source that it follows, by rank.
AUTOMATIC_SOURCES = {automatic(source.name): source for source in SOURCES}

# Who or what decided; ``rules/precedence.py`` says who wins.
DECISION_SOURCES = [
    *((name, source.label) for name, source in AUTOMATIC_SOURCES.items()),
    (CHECK_IN, _("check-in")),
    (MANUAL, _("marked by hand")),
    (ADMIN_OVERRIDE, _("admin's override")),
    (SELF_REPORTED, _("own answer")),
    (PARENT_REPORTED, _("parent's report")),
    (SYSTEM_DEFAULT, _("default")),
]
SOURCE_LABELS = dict(DECISION_SOURCES)


_DEFAULTS = calculation.Policy()


def _percent(
    name: "StrPromise", default: int
) -> "models.PositiveSmallIntegerField[int, int]":
    return models.PositiveSmallIntegerField(
        name, default=default, validators=[MaxValueValidator(100)]
    )


class AttendancePolicy(models.Model):
    """The thresholds of an organization, of one of its session types, or of a session.

    The most specific that exists wins: session, then session type, then organization,
    then the defaults of the rules. Percentages are of the session's window.
    """

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="policies"
    )
    session_type = models.CharField(
        _("type"), max_length=32, choices=SessionType, null=True, blank=True
    )
    session = models.OneToOneField(
        LiveSession, models.CASCADE, null=True, blank=True, related_name="policy"
    )
    grace_minutes = models.PositiveSmallIntegerField(
        _("grace in minutes"),
        default=_DEFAULTS.grace_minutes,
        validators=[MaxValueValidator(1440)],
    )
    partial_from = _percent(_("partial from %"), _DEFAULTS.partial_from)
    present_over = _percent(_("present over %"), _DEFAULTS.present_over)
    present_regardless_over = _percent(
        _("present however late over %"), _DEFAULTS.present_regardless_over
    )
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("attendance policy")
        verbose_name_plural = _("attendance policies")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "session_type", "session"],
                nulls_distinct=False,
                name="policy_once_per_scope",
            ),
            models.CheckConstraint(
                condition=Q(session_type__isnull=True) | Q(session__isnull=True),
                name="policy_of_type_or_session",
            ),
            models.CheckConstraint(
                condition=Q(partial_from__lte=F("present_over"))
                & Q(present_over__lte=F("present_regardless_over"))
                & Q(present_regardless_over__lte=100),
                name="policy_thresholds_ascend",
            ),
            models.CheckConstraint(
                condition=Q(grace_minutes__lte=1440), name="policy_grace_within_a_day"
            ),
        ]

    def __str__(self) -> str:
        return str(self.session or self.session_type or self.organization)


class SessionCalculation(models.Model):
    """How a session's last calculation went, and what it had read.

    ``calculated_at`` is when the reading began, null if it never succeeded. A session
    is due again when the number of its facts differs from ``facts_read`` or the newest
    change of its window, roster or links from ``inputs_read_at`` (``evidence/due.py``).
    After a failure ``retry_at`` says when to try again, ``error`` what went wrong.
    """

    session = models.OneToOneField(
        LiveSession, models.CASCADE, primary_key=True, related_name="calculation"
    )
    calculated_at = models.DateTimeField(_("calculated at"), null=True)
    facts_read = models.PositiveBigIntegerField(_("facts read"), default=0)
    inputs_read_at = models.DateTimeField(_("inputs as of"), null=True)
    nobody_seen = models.BooleanField(_("nobody was seen"), default=False)
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0)
    retry_at = models.DateTimeField(_("try again at"), null=True)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("calculation of a session")
        verbose_name_plural = _("calculations of sessions")
        ordering = ["-calculated_at"]

    def __str__(self) -> str:
        return str(self.session)


class CheckInMethod(models.TextChoices):
    """How somebody was checked in."""

    STAFF = "staff", _("at the door")
    QR = "qr", _("badge")
    SELF = "self", _("by themselves")


class Attendance(models.Model):
    """The decision about one participant at one session, or (session empty) the event.

    ``status``, ``source``, ``marked_by``, ``marked_at`` and ``notes`` are the final
    decision; ``derived``: it follows from the sessions of the event. A person decided
    where ``marked_at`` is set, and nowhere else. A check-in is kept
    beside it, when it happened and when it arrived here, and so is the person's own
    answer, also where something of higher rank decides. ``computed_status`` and what
    follows is what the last calculation found;
    it is kept beside a person's mark, and null before any. Lengths are in seconds,
    rounded down; ``percentage`` is of the window, two decimals, half up; ``intervals``
    is a list of ``[joined_at, left_at, inferred]``, instants in microseconds since the
    epoch, united and clipped to the window, ends exclusive.
    """

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    event = models.ForeignKey(Event, models.PROTECT, related_name="attendances")
    session = models.ForeignKey(
        LiveSession, models.PROTECT, null=True, related_name="attendances"
    )
    participant = models.ForeignKey(
        Participant, models.PROTECT, related_name="attendances"
    )

    status = models.CharField(
        _("status"), max_length=16, choices=Status, default=Status.UNKNOWN
    )
    source = models.CharField(
        _("source"), max_length=32, choices=DECISION_SOURCES, null=True
    )
    marked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("marked by"),
    )
    marked_at = models.DateTimeField(_("marked at"), null=True)
    notes = models.TextField(_("notes"), blank=True, db_default="")
    derived = models.BooleanField(_("derived"), default=False, db_default=False)

    checked_in_at = models.DateTimeField(_("checked in at"), null=True)
    check_in_received_at = models.DateTimeField(_("check-in received at"), null=True)
    check_in_method = models.CharField(
        _("checked in by"), max_length=16, choices=CheckInMethod, null=True
    )
    checked_in_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("checked in by whom"),
    )
    self_attended = models.BooleanField(_("own answer"), null=True)
    self_answered_at = models.DateTimeField(_("answered at"), null=True)

    computed_status = models.CharField(
        _("computed status"), max_length=16, choices=Status, null=True
    )
    computed_source = models.CharField(
        _("computed from"), max_length=32, choices=DECISION_SOURCES, null=True
    )
    attended_seconds = models.PositiveIntegerField(_("attended seconds"), null=True)
    window_seconds = models.PositiveIntegerField(_("window in seconds"), null=True)
    percentage = models.DecimalField(
        _("percentage"),
        max_digits=5,
        decimal_places=2,
        null=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
    )
    first_seen_at = models.DateTimeField(_("first seen at"), null=True)
    last_seen_at = models.DateTimeField(_("last seen at"), null=True)
    late_seconds = models.PositiveIntegerField(_("late by seconds"), null=True)
    is_late = models.BooleanField(_("late"), null=True)
    join_count = models.PositiveIntegerField(_("joins"), null=True)
    intervals = models.JSONField(_("intervals"), null=True)
    failed_attempts = models.PositiveIntegerField(_("failed attempts"), null=True)
    first_attempt_at = models.DateTimeField(_("first attempt at"), null=True)
    last_attempt_at = models.DateTimeField(_("last attempt at"), null=True)
    grace_minutes = models.PositiveSmallIntegerField(null=True)
    partial_from = models.PositiveSmallIntegerField(null=True)
    present_over = models.PositiveSmallIntegerField(null=True)
    present_regardless_over = models.PositiveSmallIntegerField(null=True)
    updated_at = models.DateTimeField(_("updated at"), db_default=Now())

    class Meta:
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["session"], name="attendance_of_session"),
            models.Index(fields=["organization", "-updated_at"]),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "session"],
                nulls_distinct=False,
                name="attendance_once_per_participant",
            ),
            models.CheckConstraint(
                condition=Q(status__in=Status.values), name="attendance_status_known"
            ),
            models.CheckConstraint(
                condition=Q(source__isnull=True) | Q(source__in=list(SOURCE_LABELS)),
                name="attendance_source_known",
            ),
            models.CheckConstraint(
                condition=Q(source__isnull=False) | Q(status=Status.UNKNOWN),
                name="attendance_decided_by_something",
            ),
            models.CheckConstraint(
                condition=Q(derived=False) | Q(session__isnull=True),
                name="attendance_derived_of_event",
            ),
            models.CheckConstraint(
                condition=Q(marked_at__isnull=True)
                | Q(derived=False, source__isnull=False)
                & Q(source__in=[*SOURCES_OF_PEOPLE, *AUTOMATIC_SOURCES]),
                name="attendance_marked_by_people_alone",
            ),
            models.CheckConstraint(
                condition=Q(marked_at__isnull=False)
                | Q(derived=True)
                | Q(source__isnull=True)
                | Q(source__in=[*AUTOMATIC_SOURCES, SYSTEM_DEFAULT]),
                name="attendance_of_people_is_marked",
            ),
            models.CheckConstraint(
                condition=Q(marked_at__isnull=False)
                | Q(marked_by__isnull=True, notes=""),
                name="attendance_marked_whole",
            ),
            models.CheckConstraint(
                condition=Q(checked_in_at__isnull=True)
                | Q(check_in_received_at__isnull=False, check_in_method__isnull=False),
                name="attendance_check_in_whole",
            ),
            models.CheckConstraint(
                condition=Q(check_in_method__isnull=True)
                | Q(check_in_method__in=CheckInMethod.values),
                name="attendance_check_in_method_known",
            ),
            models.CheckConstraint(
                condition=Q(self_attended__isnull=True)
                | Q(self_answered_at__isnull=False),
                name="attendance_answered_at_a_time",
            ),
            models.CheckConstraint(
                condition=Q(percentage__isnull=True)
                | Q(percentage__gte=0, percentage__lte=100),
                name="attendance_at_most_all",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participant}: {self.get_status_display()}"

    @property
    def is_marked(self) -> bool:
        """Whether a person decided: marked, checked in, applied, or answered.

        Also one who is forgotten. In SQL: ``marked_at IS NOT NULL``; constraints keep
        it so.
        """
        return self.marked_at is not None

    @property
    def policy(self) -> calculation.Policy | None:
        """The policy that the computed status was decided by."""
        if self.grace_minutes is None:
            return None
        values = (getattr(self, name) for name in calculation.Policy._fields)
        return calculation.Policy(*values)


class AttendanceChange(models.Model):
    """One change of a decision's status or source. Append-only, and sealed.

    Or a person said the same again, with another reason (:attr:`says_again`).
    ``batch`` is one number per transaction. ``reason_digest`` is the SHA-256 of the
    salt and text of its :class:`ChangeReason`, which can be erased while this stays;
    null without a reason. ``actor`` is null for machines.
    """

    append_only = True

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    participant = models.ForeignKey(
        Participant, models.PROTECT, related_name="attendance_changes"
    )
    session = models.ForeignKey(
        LiveSession, models.PROTECT, null=True, related_name="attendance_changes"
    )
    from_status = models.CharField(_("from status"), max_length=16, choices=Status)
    to_status = models.CharField(_("to status"), max_length=16, choices=Status)
    from_source = models.CharField(
        _("from source"), max_length=32, choices=DECISION_SOURCES, null=True
    )
    source = models.CharField(
        _("source"), max_length=32, choices=DECISION_SOURCES, null=True
    )
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    undoes = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="undone_by"
    )
    at = models.DateTimeField(_("at"), db_default=Now())
    batch = models.BigIntegerField(_("batch"))
    reason_digest = models.BinaryField(
        _("digest of the reason"), max_length=32, null=True
    )

    class Meta:
        verbose_name = _("change of attendance")
        verbose_name_plural = _("changes of attendance")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["participant", "-id"]),
            models.Index(fields=["organization", "batch"]),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~Q(from_status=F("to_status"))
                | ~Q(from_source=F("source"))
                & ~Q(from_source__isnull=True, source__isnull=True)
                | Q(actor__isnull=False),
                name="attendance_change_changes",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participant_id}: {self.from_status} → {self.to_status}"

    @property
    def says_again(self) -> bool:
        """Whether somebody said what stood already: only who, when and why differ."""
        before, after = self.from_status, self.to_status
        return (before, self.from_source) == (after, self.source) and not self.undoes_id


class ChangeReason(models.Model):
    """The text given for a change: personal data that can be erased."""

    change = models.OneToOneField(
        AttendanceChange, models.PROTECT, primary_key=True, related_name="reason"
    )
    salt = models.BinaryField(max_length=16)
    text = models.TextField(_("reason"))

    class Meta:
        verbose_name = _("reason of a change")
        verbose_name_plural = _("reasons of changes")

    def __str__(self) -> str:
        return self.text


class AuditSeal(models.Model):
    """One link of an organization's hash chain over its changes. Append-only.

    ``digest`` covers one batch of changes and ``previous_digest``, the link before.
    """

    append_only = True

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    number = models.PositiveBigIntegerField(_("number"))
    batch = models.BigIntegerField(_("batch"))
    previous_digest = models.BinaryField(_("previous digest"), max_length=32)
    digest = models.BinaryField(_("digest"), max_length=32)
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        verbose_name = _("seal of the audit")
        verbose_name_plural = _("seals of the audit")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "number"], name="audit_seal_number_once"
            ),
            models.UniqueConstraint(
                fields=["organization", "batch"], name="audit_seal_batch_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organization_id}/{self.number}"


class EngagementEntry(models.Model):
    """Points that a change of a decision gave or took. Append-only.

    ``change`` is null for what balances a changed mapping or was given for feedback.
    That organization and session exist is not asked a second time of the database: the
    change, or else the participant, already vouches for them.
    """

    append_only = True

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", db_constraint=False
    )
    participant = models.ForeignKey(
        Participant,
        models.PROTECT,
        related_name="engagement_entries",
        db_index=False,  # engagement_of_participant is one.
    )
    session = models.ForeignKey(
        LiveSession,
        models.PROTECT,
        null=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    change = models.ForeignKey(
        AttendanceChange, models.PROTECT, null=True, related_name="+"
    )
    points = models.IntegerField(_("points"))
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        verbose_name = _("engagement entry")
        verbose_name_plural = _("engagement entries")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["participant"], name="engagement_of_participant")
        ]

    def __str__(self) -> str:
        return f"{self.participant_id}: {self.points:+}"


POINTS_FOR_FEEDBACK = 2


def _points(
    name: "StrPromise", default: int
) -> "models.PositiveSmallIntegerField[int, int]":
    return models.PositiveSmallIntegerField(name, default=default)


class PointsMapping(models.Model):
    """What a decision is worth in an organization; without a row, the defaults here.

    Every other status is worth nothing.
    """

    organization = models.OneToOneField(
        Organization, models.CASCADE, primary_key=True, related_name="points_mapping"
    )
    present = _points(_("present"), statuses.MEANINGS[Status.PRESENT].points)
    late = _points(_("late"), statuses.MEANINGS[Status.LATE].points)
    partial = _points(_("partial"), statuses.MEANINGS[Status.PARTIAL].points)
    feedback = _points(_("feedback given"), POINTS_FOR_FEEDBACK)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("what decisions are worth")
        verbose_name_plural = _("what decisions are worth")

    def __str__(self) -> str:
        return str(self.organization)


class Feedback(models.Model):
    """One to five stars and a text; one per participant, so one per event."""

    participant = models.OneToOneField(
        Participant, models.CASCADE, related_name="feedback"
    )
    rating = models.PositiveSmallIntegerField(
        _("rating"), validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    text = models.TextField(_("text"), blank=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(rating__gte=1, rating__lte=5),
                name="feedback_one_to_five_stars",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participant}: {self.rating}"
