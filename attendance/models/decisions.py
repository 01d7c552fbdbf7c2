"""Decisions about people, and the state of each session's calculation."""

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from attendance.models.choices import (
    AUTOMATIC_SOURCES,
    DECISION_SOURCES,
    SOURCE_LABELS,
    CheckInMethod,
    Status,
)
from attendance.rules import calculation
from attendance.rules.precedence import (
    SELF_REPORTED,
    SOURCES_OF_PEOPLE,
    SYSTEM_DEFAULT,
)
from events.models import Event, Organization, Participant
from sessions_app.models import LiveSession


class SessionCalculation(models.Model):
    """The state of a session's calculation: what it read, and whether it failed.

    ``calculated_at`` is when the last successful calculation began to read; null before
    any. A session is due again when the number of its facts differs from
    ``facts_read``, or the last change of its window or roster from
    ``inputs_changed_at`` or ``roster_changed_at`` (``evidence/due.py``).
    ``people_seen`` is the number of people, known or not, whom a source saw in its
    window, null before any calculation; ``proved`` whether anything proved that it was
    held (``rules/proof.py``). ``said_held_at`` is when an organizer said so.
    ``proof_changed``: decisions since then prove something else.
    After a failure ``retry_at`` says when to try again, ``error`` what went wrong.
    """

    session = models.OneToOneField(
        LiveSession, models.CASCADE, primary_key=True, related_name="calculation"
    )
    calculated_at = models.DateTimeField(_("calculated at"), null=True)
    facts_read = models.PositiveBigIntegerField(_("facts read"), default=0)
    inputs_changed_at = models.DateTimeField(_("session changed at"), null=True)
    roster_changed_at = models.DateTimeField(_("roster changed at"), null=True)
    people_seen = models.PositiveIntegerField(_("people seen"), null=True)
    proved = models.BooleanField(_("held"), default=False)
    said_held_at = models.DateTimeField(_("said to be held at"), null=True)
    said_held_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("said to be held by"),
    )
    proof_changed = models.BooleanField(_("what proves it changed"), default=False)
    failures = models.PositiveSmallIntegerField(_("failures in a row"), default=0)
    retry_at = models.DateTimeField(_("try again at"), null=True)
    error = models.TextField(_("error"), blank=True)

    class Meta:
        verbose_name = _("session calculation")
        verbose_name_plural = _("session calculations")
        ordering = ["-calculated_at"]
        indexes = [
            # attendance.evidence.due: sessions that are due however old they are
            models.Index(
                fields=["session"],
                condition=Q(proof_changed=True),
                name="calculation_proof_changed",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(said_held_by__isnull=True) | Q(said_held_at__isnull=False),
                name="calculation_said_held_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return str(self.session)


class Attendance(models.Model):
    """The decision about one participant at one session, or (session null) the event.

    ``status``, ``source``, ``marked_by``, ``marked_at`` and ``notes`` are the decision
    that stands; ``marked_at`` is set if, and only if, a person decided. ``derived`` is
    true of a course result that follows from the sessions of the event.

    A check-in (when it happened and when it arrived here) and the person's own answer
    are kept even if a source of higher rank decides. ``self_answered_twice``: they said
    the opposite a few seconds before. The fields from
    ``computed_status`` to ``present_regardless_over`` are the result of the last
    calculation and the policy it used: kept beside a person's mark, null before any
    calculation. Lengths are in seconds, rounded down; ``percentage`` is of the window,
    two decimals, half up; ``intervals`` is a list of ``[joined_at, left_at,
    inferred]``, instants in microseconds since the epoch, united and clipped to the
    window, ends exclusive.
    """

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    event = models.ForeignKey(Event, models.PROTECT, related_name="attendances")
    session = models.ForeignKey(
        LiveSession, models.PROTECT, null=True, related_name="attendances"
    )
    participant = models.ForeignKey(
        Participant,
        models.PROTECT,
        related_name="attendances",
        # attendance_once_per_participant serves as its index. With a separate one
        # Postgres would read all decisions about somebody for each session.
        db_index=False,
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
    self_answered_twice = models.BooleanField(
        _("answered twice within seconds"), default=False, db_default=False
    )

    computed_status = models.CharField(
        _("calculated status"), max_length=16, choices=Status, null=True
    )
    computed_source = models.CharField(
        _("calculated from"), max_length=32, choices=DECISION_SOURCES, null=True
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
        verbose_name = _("decision")
        verbose_name_plural = _("decisions")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["session"], name="attendance_of_session"),
            # Queries of consequences.py and event_decisions.py for course results.
            models.Index(
                fields=["event"],
                condition=Q(session__isnull=True),
                name="attendance_of_event",
            ),
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
                condition=Q(
                    self_attended__isnull=True,
                    self_answered_at__isnull=True,
                    self_answered_twice=False,
                )
                | Q(self_attended__isnull=False, self_answered_at__isnull=False),
                name="attendance_answered_at_a_time",
            ),
            models.CheckConstraint(
                condition=~Q(source=SELF_REPORTED, derived=False)
                | Q(self_attended__isnull=False),
                name="attendance_of_own_answer_keeps_it",
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
        """Whether a person decided: marked, checked in, applied a result, or answered.

        Also true if that person's account has since been erased. In SQL:
        ``marked_at IS NOT NULL``; constraints keep it so.
        """
        return self.marked_at is not None

    @property
    def policy(self) -> calculation.Policy | None:
        """The policy that the last calculation used; None before any."""
        if self.grace_minutes is None:
            return None
        values = (getattr(self, name) for name in calculation.Policy._fields)
        return calculation.Policy(*values)
