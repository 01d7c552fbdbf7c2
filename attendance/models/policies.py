"""Policies: the thresholds that statuses are decided by."""

from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from attendance.rules import calculation
from events.models import Event, Organization
from sessions_app.models import LiveSession, SessionType

if TYPE_CHECKING:
    from django_stubs_ext import StrPromise


_DEFAULTS = calculation.Policy()


def _percent(
    name: "StrPromise", default: int
) -> "models.PositiveSmallIntegerField[int, int]":
    return models.PositiveSmallIntegerField(
        name, default=default, validators=[MaxValueValidator(100)]
    )


class AttendancePolicy(models.Model):
    """The thresholds of an organization, or of a session type, event or session of it.

    The most specific that exists wins: session, then event, then session type, then
    organization, then the defaults of the rules. Percentages are of the session's
    window.
    """

    organization = models.ForeignKey(
        Organization, models.CASCADE, related_name="policies"
    )
    session_type = models.CharField(
        _("type"), max_length=32, choices=SessionType, null=True, blank=True
    )
    event = models.OneToOneField(
        Event, models.CASCADE, null=True, blank=True, related_name="policy"
    )
    session = models.OneToOneField(
        LiveSession, models.CASCADE, null=True, blank=True, related_name="policy"
    )
    grace_minutes = models.PositiveSmallIntegerField(
        _("grace period in minutes"),
        default=_DEFAULTS.grace_minutes,
        validators=[MaxValueValidator(1440)],
    )
    partial_from = _percent(_("partial from %"), _DEFAULTS.partial_from)
    present_over = _percent(_("present over %"), _DEFAULTS.present_over)
    present_regardless_over = _percent(
        _("present even if late over %"), _DEFAULTS.present_regardless_over
    )
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = _("attendance policy")
        verbose_name_plural = _("attendance policies")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "session_type", "event", "session"],
                nulls_distinct=False,
                name="policy_once_per_scope",
            ),
            models.CheckConstraint(
                condition=Q(session_type__isnull=True, event__isnull=True)
                | Q(session_type__isnull=True, session__isnull=True)
                | Q(event__isnull=True, session__isnull=True),
                name="policy_of_one_place",
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
        place = self.session or self.event or self.session_type or self.organization
        return str(place)
