"""What people say of themselves: that they were there, or will not be, or were wronged.

``Feedback``, what they thought of an event, is in ``points.py``.
"""

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from attendance.models.choices import LONGEST_REASON, Status
from attendance.models.decisions import Attendance
from attendance.models.log import AttendanceChange
from events.models import EXPECTED, EventState, Organization, Participant
from sessions_app.models import LiveSession

# Where it begins so much earlier or later, an announced absence may not hold.
MOVED_BY = timedelta(hours=12)


class ContestQuerySet(models.QuerySet["Contest"]):
    """Contests, filtered by whether they are settled."""

    def open(self) -> Self:
        """Those that an organizer is to settle: not of what is cancelled meanwhile."""
        return self.filter(
            _counts("attendance__event", "attendance__session"), settled_at=None
        )

    def settled(self) -> Self:
        """Those that an organizer has settled."""
        return self.exclude(settled_at=None)


class AnnouncedAbsenceQuerySet(models.QuerySet["AnnouncedAbsence"]):
    """Announced absences, filtered by whether they are settled."""

    def open(self) -> Self:
        """Those that are to be confirmed or not: of who has a place, at what counts."""
        return self.filter(
            _counts("participant__event", "session"),
            settled_at=None,
            withdrawn_at=None,
            participant__registration__in=EXPECTED,
        )

    def settled(self) -> Self:
        """Those that an organizer has confirmed, or not."""
        return self.exclude(settled_at=None)

    def soonest_first(self) -> Self:
        """In the order in which it begins what they will miss."""
        begins = Coalesce("session__starts_at", "participant__event__starts_at")
        return self.order_by(begins, "pk")


def _counts(event: str, session: str) -> Q:
    return ~Q(**{f"{event}__state": EventState.CANCELLED}) & Q(
        **{f"{session}__cancelled_at": None}
    )


class OwnAnswer(models.Model):
    """One answer to "did you attend?", also if it decides nothing. Append-only.

    ``session`` is null if it is about the event as a whole. ``actor`` is who was
    signed in; null if the answer came by the link of a mail.
    """

    append_only = True

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    participant = models.ForeignKey(
        Participant, models.PROTECT, related_name="own_answers"
    )
    session = models.ForeignKey(
        LiveSession, models.PROTECT, null=True, related_name="own_answers"
    )
    attended = models.BooleanField(_("attended"))
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+"
    )
    at = models.DateTimeField(_("answered at"))

    class Meta:
        verbose_name = _("own answer")
        verbose_name_plural = _("own answers")
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.participant_id}: {self.attended}"


class Contest(models.Model):
    """Somebody says that a decision about them is wrong, and why.

    ``contested_status`` is what was decided then. An organizer settles it: ``change``
    is the change of the decision that they made, if they made one, ``answer`` what they
    say. ``contested_by`` is null if it came by a personal link. The texts are personal
    data.
    """

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    attendance = models.ForeignKey(Attendance, models.PROTECT, related_name="contests")
    text = models.TextField(_("what is wrong"), max_length=LONGEST_REASON)
    contested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("contested by"),
    )
    contested_at = models.DateTimeField(_("contested at"))
    contested_status = models.CharField(
        _("contested status"), max_length=16, choices=Status
    )
    settled_at = models.DateTimeField(_("settled at"), null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("settled by"),
    )
    change = models.ForeignKey(
        AttendanceChange, models.PROTECT, null=True, related_name="+"
    )
    answer = models.TextField(_("answer"), blank=True, db_default="")

    objects = ContestQuerySet.as_manager()

    class Meta:
        verbose_name = _("contested status")
        verbose_name_plural = _("contested statuses")
        ordering = ["-pk"]
        indexes = [
            # attendance.contests: those that are still to be settled
            models.Index(
                fields=["organization"],
                condition=Q(settled_at__isnull=True),
                name="contest_to_settle",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["attendance"],
                condition=Q(settled_at__isnull=True),
                name="contest_once_until_settled",
            ),
            models.CheckConstraint(
                condition=Q(settled_at__isnull=False)
                | Q(settled_by__isnull=True, change__isnull=True, answer=""),
                name="contest_settled_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attendance_id}: {self.text}"


class AnnouncedAbsence(models.Model):
    """Somebody, or a parent, says beforehand that they will not come, and why.

    ``session`` is null if it was announced of an event that had no sessions then. What
    was announced at once has the same ``announced_at``. ``announced_for`` is when it
    was to begin then; null is not known. An organizer confirms it, which excuses them,
    or not. ``announced_by`` is null if it came by a personal link. The
    reason is personal data.
    """

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    participant = models.ForeignKey(
        Participant, models.PROTECT, related_name="announced_absences"
    )
    session = models.ForeignKey(
        LiveSession, models.PROTECT, null=True, related_name="announced_absences"
    )
    reason = models.TextField(_("reason"), max_length=LONGEST_REASON)
    announced_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("announced by"),
    )
    announced_at = models.DateTimeField(_("announced at"))
    announced_for = models.DateTimeField(_("announced for"), null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn at"), null=True)
    settled_at = models.DateTimeField(_("settled at"), null=True)
    settled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        null=True,
        related_name="+",
        verbose_name=_("settled by"),
    )
    confirmed = models.BooleanField(_("confirmed"), null=True)

    objects = AnnouncedAbsenceQuerySet.as_manager()

    class Meta:
        verbose_name = _("announced absence")
        verbose_name_plural = _("announced absences")
        ordering = ["-pk"]
        indexes = [
            # attendance.absences: those that are still to be confirmed, or not
            models.Index(
                fields=["organization"],
                condition=Q(settled_at__isnull=True, withdrawn_at__isnull=True),
                name="absence_to_settle",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["participant", "session"],
                condition=Q(settled_at__isnull=True, withdrawn_at__isnull=True),
                nulls_distinct=False,
                name="absence_once_until_settled",
            ),
            models.CheckConstraint(
                condition=Q(
                    settled_at__isnull=True,
                    settled_by__isnull=True,
                    confirmed__isnull=True,
                )
                | Q(
                    settled_at__isnull=False,
                    confirmed__isnull=False,
                    withdrawn_at__isnull=True,
                ),
                name="absence_settled_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participant_id}: {self.reason}"

    @property
    def has_moved(self) -> bool:
        """Whether it begins at such another time that the reason may not hold there."""
        if self.announced_for is None:
            return False
        begins = (self.session or self.participant.event).starts_at
        return abs(begins - self.announced_for) > MOVED_BY
