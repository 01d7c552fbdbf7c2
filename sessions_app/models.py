"""Live sessions, the facts received about their rooms, and connections.

Facts and connections have no foreign keys to sessions or people. They are matched to
sessions by room and time, and to people by identity, when they are read.
"""

import secrets
from datetime import datetime
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import (
    ArrayField,
    DateTimeRangeField,
    RangeOperators,
)
from django.db import models
from django.db.models import F, Func, Q
from django.db.models.functions import Coalesce, Least, Now
from django.utils.translation import gettext_lazy as _

from core.validators import validate_name
from events.models import Event, User
from sessions_app.sources import SOURCE_CHOICES


class SessionType(models.TextChoices):
    """What kind of meeting a session is; policies may differ by it."""

    QURAN = "quran", _("Quran")
    ACADEMIC = "academic", _("academic")
    INTERACTIVE_COURSE = "interactive_course", _("interactive course")
    GENERAL = "general", _("general")


class Mode(models.TextChoices):
    """Where a session is held, and so what can prove that it was."""

    ONLINE = "online", _("online")
    IN_PERSON = "in_person", _("in person")
    HYBRID = "hybrid", _("online and in person")


class LiveSessionQuerySet(models.QuerySet["LiveSession"]):
    """Live sessions."""

    def visible_to(self, user: User) -> Self:
        """Filter sessions of events that the user may see."""
        return self.filter(event__in=Event.objects.visible_to(user))

    def hosted_by(self, user: User) -> Self:
        """Filter sessions of events that have the user as a host on the roster."""
        return self.filter(event__in=Event.objects.hosted_by(user))

    def uncancelled(self) -> Self:
        """Filter sessions that are not cancelled."""
        return self.filter(cancelled_at=None)


class LiveSession(models.Model):
    """One scheduled meeting of an event: in a LiveKit room, in person, or both.

    Its window is ``[starts_at, ended_at or ends_at)``. ``ended_at`` is its actual end,
    if an organizer set one; the end of the LiveKit room does not end it. A trigger sets
    ``inputs_changed_at`` whenever its window, room, type, mode or cancellation changes.
    """

    # With an index of its own, Postgres would not use those that begin with it.
    event = models.ForeignKey(
        Event, models.PROTECT, related_name="sessions", db_index=False
    )
    title = models.CharField(_("title"), max_length=200, validators=[validate_name])
    session_type = models.CharField(
        _("type"), max_length=32, choices=SessionType, default=SessionType.GENERAL
    )
    mode = models.CharField(
        _("held"),
        max_length=16,
        choices=Mode,
        default=Mode.ONLINE,
        db_default=Mode.ONLINE,
    )
    room_name = models.CharField(_("room"), max_length=256)
    starts_at = models.DateTimeField(_("starts at"))
    ends_at = models.DateTimeField(_("ends at"))
    ended_at = models.DateTimeField(_("actual end"), null=True, blank=True)
    cancelled_at = models.DateTimeField(_("cancelled at"), null=True, blank=True)
    inputs_changed_at = models.DateTimeField(db_default=Now(), editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)

    objects = LiveSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("live session")
        verbose_name_plural = _("live sessions")
        ordering = ["-starts_at", "-pk"]
        indexes = [
            models.Index(fields=["event", "starts_at"]),
            # attendance.evidence.due: sessions by their end
            models.Index(
                Coalesce("ended_at", "ends_at"),
                condition=Q(cancelled_at__isnull=True),
                name="live_session_end",
            ),
            # attendance.completion: when an event's last session ends
            models.Index(
                "event",
                Coalesce("ended_at", "ends_at"),
                condition=Q(cancelled_at__isnull=True),
                name="live_session_end_of_event",
            ),
            # reconciliation, stays: sessions of a room by their end
            models.Index(
                "room_name",
                Coalesce("ended_at", "ends_at"),
                condition=Q(cancelled_at__isnull=True),
                name="live_session_end_in_room",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="live_session_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(ended_at__isnull=True) | Q(ended_at__gt=F("starts_at")),
                name="live_session_ended_after_start",
            ),
            models.CheckConstraint(
                condition=Q(session_type__in=SessionType.values),
                name="live_session_type_known",
            ),
            models.CheckConstraint(
                condition=Q(mode__in=Mode.values), name="live_session_mode_known"
            ),
            models.CheckConstraint(
                condition=~Q(room_name=""), name="live_session_room_named"
            ),
            ExclusionConstraint(
                name="live_session_room_once_at_a_time",
                expressions=[
                    # textrange is made by this app's first migration.
                    (
                        Func(
                            "room_name",
                            "room_name",
                            models.Value("[]"),
                            function="textrange",
                        ),
                        RangeOperators.EQUAL,
                    ),
                    (
                        Func(
                            "starts_at",
                            Coalesce("ended_at", "ends_at"),
                            function="tstzrange",
                            output_field=DateTimeRangeField(),
                        ),
                        RangeOperators.OVERLAPS,
                    ),
                ],
                condition=Q(cancelled_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def end(self) -> datetime:
        """The end of the window, exclusive."""
        return self.ended_at or self.ends_at

    def was_ended_early(self, now: datetime) -> bool:
        """Return whether it was ended while its planned end still lies ahead."""
        is_ended = self.ended_at is not None and self.cancelled_at is None
        return is_ended and now < self.ends_at


class PresenceEvent(models.Model):
    """A fact received from a source. Append-only; unique per source and id.

    ``payload`` is the body without secrets. The other columns are read from it; they
    are null where nothing was usable, and ``marks`` says what was odd. ``occurred_at``
    is when the source says it happened (LiveKit: whole seconds), ``joined_at`` when the
    participant's connection began, ``received_at`` when the fact was stored.
    """

    append_only = True

    source = models.CharField(_("source"), max_length=16, choices=SOURCE_CHOICES)
    event_id = models.CharField(_("id"), max_length=256)
    event = models.CharField(_("event"), max_length=256, null=True)
    room_name = models.CharField(_("room"), max_length=256, null=True)
    room_sid = models.CharField(_("room SID"), max_length=256, null=True)
    identity = models.CharField(_("identity"), max_length=256, null=True)
    participant_sid = models.CharField(_("participant SID"), max_length=256, null=True)
    occurred_at = models.DateTimeField(_("occurred at"), null=True)
    joined_at = models.DateTimeField(_("joined at"), null=True)
    received_at = models.DateTimeField(_("received at"), db_default=Now())
    signed_by = models.CharField(_("signed with key"), max_length=256)
    body_sha256 = models.BinaryField(_("SHA-256 of the body"), max_length=32)
    marks = ArrayField(models.CharField(max_length=64), verbose_name=_("marks"))
    payload = models.JSONField(_("payload"))

    class Meta:
        verbose_name = _("presence event")
        verbose_name_plural = _("presence events")
        ordering = ["-pk"]
        indexes = [
            # attendance.evidence.due: facts of a room since a calculation
            models.Index(fields=["room_name", "received_at"]),
            # stays: starts and finishes of a room
            models.Index(
                fields=["room_name", "occurred_at"],
                condition=Q(event__in=["room_started", "room_finished"]),
                name="presence_event_of_room",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "event_id"], name="presence_event_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.event_id}"


class ConflictingDelivery(models.Model):
    """A fact whose id was received before with another body; the first one stays.

    Append-only.
    """

    append_only = True

    source = models.CharField(_("source"), max_length=16, choices=SOURCE_CHOICES)
    event_id = models.CharField(_("id"), max_length=256)
    body_sha256 = models.BinaryField(_("SHA-256 of the body"), max_length=32)
    received_at = models.DateTimeField(_("received at"), db_default=Now())

    class Meta:
        verbose_name = _("conflicting delivery")
        verbose_name_plural = _("conflicting deliveries")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "event_id", "body_sha256"],
                name="conflicting_delivery_once",
            ),
        ]

    def __str__(self) -> str:
        return self.event_id


class Connection(models.Model):
    """One connection of one identity to one room: a fold of its facts.

    Its key is the source's own id (LiveKit: participant SID). Columns are minima or an
    "or" over the facts, so order and number of the facts do not matter
    (``sessions_app/folding.py``). Whether it is a stay, and when that ended, is
    worked out when it is read (``sessions_app/stays.py``).

    ``is_established``: there was a join or a leave, not only an abort. ``is_plain``: at
    least one fact does not say agent, recorder or hidden. ``inferred_left_at`` is an
    estimated end for lists, where no fact will ever report one.
    """

    source = models.CharField(_("source"), max_length=16, choices=SOURCE_CHOICES)
    sid = models.CharField(_("SID"), max_length=256)
    room_name = models.CharField(_("room"), max_length=256, null=True)
    room_sid = models.CharField(_("room SID"), max_length=256, null=True)
    identity = models.CharField(_("identity"), max_length=256, null=True)
    name = models.CharField(_("name"), max_length=256, null=True)
    kind = models.CharField(_("kind"), max_length=256, null=True)
    described_at = models.DateTimeField(null=True, editable=False)
    described_by = models.CharField(max_length=256, editable=False)
    is_plain = models.BooleanField(_("plain"))
    is_established = models.BooleanField(_("established"))
    joined_at = models.DateTimeField(_("joined at"), null=True)
    left_at = models.DateTimeField(_("left at"), null=True)
    aborted_at = models.DateTimeField(_("aborted at"), null=True)
    end_reason = models.CharField(_("why it ended"), max_length=256, null=True)
    ended_by_at = models.DateTimeField(null=True, editable=False)
    ended_by = models.CharField(max_length=256, null=True, editable=False)
    inferred_left_at = models.DateTimeField(_("taken as left at"), null=True)

    class Meta:
        verbose_name = _("connection")
        verbose_name_plural = _("connections")
        ordering = ["-pk"]
        indexes = [
            # stays: connections of a room that reach into a window
            models.Index(
                "room_name",
                Coalesce(Least("left_at", "aborted_at"), models.Value("infinity")),
                name="connection_reaching_window",
            ),
            # stays: the next join of an identity
            models.Index(fields=["identity", "joined_at"], name="connection_next_join"),
            # reconciliation: connections that no fact has ended
            models.Index(
                fields=["joined_at"],
                condition=Q(
                    left_at__isnull=True,
                    aborted_at__isnull=True,
                    inferred_left_at__isnull=True,
                ),
                name="connection_open",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["source", "sid"], name="connection_once"),
        ]

    def __str__(self) -> str:
        return f"{self.identity} in {self.room_name}"


def new_room_name(slug: str) -> str:
    """Return an unguessable room name for the organization with this slug."""
    return f"{slug}_{secrets.token_hex(8)}"
