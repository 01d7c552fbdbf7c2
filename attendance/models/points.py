"""The ledger of points, the points per status, and feedback."""

from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from attendance.models.choices import Status
from attendance.models.log import AttendanceChange
from attendance.rules import statuses
from events.models import Organization, Participant
from sessions_app.models import LiveSession

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


class EngagementEntry(models.Model):
    """Points that a change of a decision gave or took. Append-only.

    ``change`` is null for entries that balance a changed mapping, and for feedback.
    ``organization`` and ``session`` have no foreign key constraint: those of the change
    and the participant already guarantee that both exist.
    """

    append_only = True

    organization = models.ForeignKey(
        Organization, models.PROTECT, related_name="+", db_constraint=False
    )
    participant = models.ForeignKey(
        Participant,
        models.PROTECT,
        related_name="engagement_entries",
        db_index=False,  # engagement_of_participant serves as its index.
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
        verbose_name = _("points entry")
        verbose_name_plural = _("points entries")
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
    """The points per status in an organization; without a row the defaults apply.

    Statuses without a field are worth nothing.
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
        verbose_name = _("points per status")
        verbose_name_plural = _("points per status")

    def __str__(self) -> str:
        return str(self.organization)


class Feedback(models.Model):
    """One to five stars and a text of a participant about their event."""

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
