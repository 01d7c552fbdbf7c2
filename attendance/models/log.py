"""The log of decisions, which nobody can change, and its seals."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from attendance.models.choices import DECISION_SOURCES, Status
from events.models import Organization, Participant
from sessions_app.models import LiveSession


class AttendanceChange(models.Model):
    """One change of a decision's status or source. Append-only, and sealed.

    A person who repeats the decision that stands gets a row too (:attr:`repeats`).
    ``session`` is null for course results. ``batch`` is one number per transaction.
    ``reason_digest`` is the SHA-256 of the salt and text of the row's
    :class:`ChangeReason`, which can be erased while this row stays; null without a
    reason. ``actor`` is null if no person made the change.
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
    reason_digest = models.BinaryField(_("reason digest"), max_length=32, null=True)

    class Meta:
        verbose_name = _("attendance change")
        verbose_name_plural = _("attendance changes")
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
    def repeats(self) -> bool:
        """Whether somebody repeated the decision that stood: same status and source.

        Whether a person had decided before, only earlier changes tell
        (``decisions/what_stood.py``).
        """
        before, after = self.from_status, self.to_status
        return (before, self.from_source) == (after, self.source) and not self.undoes_id


class ChangeReason(models.Model):
    """The reason given for a change: personal data, which can be erased."""

    change = models.OneToOneField(
        AttendanceChange, models.PROTECT, primary_key=True, related_name="reason"
    )
    salt = models.BinaryField(max_length=16)
    text = models.TextField(_("reason"))

    class Meta:
        verbose_name = _("reason for a change")
        verbose_name_plural = _("reasons for changes")

    def __str__(self) -> str:
        return self.text


class AuditSeal(models.Model):
    """One link of an organization's hash chain over its changes. Append-only.

    ``digest`` covers one batch of changes and the digest of the link before.
    """

    append_only = True

    organization = models.ForeignKey(Organization, models.PROTECT, related_name="+")
    number = models.PositiveBigIntegerField(_("number"))
    batch = models.BigIntegerField(_("batch"))
    previous_digest = models.BinaryField(_("previous digest"), max_length=32)
    digest = models.BinaryField(_("digest"), max_length=32)
    at = models.DateTimeField(_("at"), db_default=Now())

    class Meta:
        verbose_name = _("audit seal")
        verbose_name_plural = _("audit seals")
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
