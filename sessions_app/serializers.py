"""Live sessions, and facts and connections of their rooms, as JSON."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from core.fields import InstantField, ModelSerializer
from events.models import Event
from events.permissions import viewer_of
from sessions_app.models import Connection, LiveSession, PresenceEvent


class WindowSerializer(serializers.Serializer[LiveSession]):
    """The time that counts: ``[starts_at, ended_at or ends_at)``."""

    starts_at = InstantField()
    ends_at = InstantField(source="end")


class SessionSerializer(ModelSerializer[LiveSession]):
    """One live meeting of an event."""

    room_name = serializers.CharField(
        max_length=256,
        required=False,
        help_text="Begins with the organization's `{slug}_`. Default: generated.",
    )
    window = WindowSerializer(source="*", read_only=True)

    class Meta:
        model = LiveSession
        fields = [
            "id",
            "event",
            "title",
            "session_type",
            "mode",
            "room_name",
            "starts_at",
            "ends_at",
            "ended_at",
            "cancelled_at",
            "window",
            "created_at",
        ]
        read_only_fields = ["ended_at", "cancelled_at", "created_at"]
        extra_kwargs = {
            "mode": {
                "help_text": "Where it is held, and so what can prove that it was.",
                "error_messages": {
                    "invalid_choice": _(
                        "“{input}” is not a mode. "
                        "Choose one of: online, in_person, hybrid."
                    )
                },
            }
        }

    def validate_event(self, event: Event) -> Event:
        """Refuse events that the caller may not see, and moving a session."""
        viewer = viewer_of(self.context["request"])
        if self.instance is not None and self.instance.event_id != event.pk:
            raise serializers.ValidationError(
                _("A session cannot move to another event."), code="never_changes"
            )
        if viewer.belongs_to(event.organization_id):
            return event
        if not Event.objects.visible_to(viewer.user).filter(pk=event.pk).exists():
            self.fields["event"].fail("does_not_exist", pk_value=event.pk)
        return event


class EndSerializer(serializers.Serializer[dict[str, Any]]):
    """The actual end of a session; default: now."""

    ended_at = InstantField(required=False, allow_null=True, default=None)


class JoinSerializer(serializers.Serializer[dict[str, Any]]):
    """The participant who wants to join; default: the caller's own place."""

    participant = serializers.IntegerField(
        required=False, allow_null=True, default=None
    )


class JoinTokenSerializer(serializers.Serializer[dict[str, Any]]):
    """What somebody needs to join a session's room."""

    url = serializers.CharField()
    token = serializers.CharField()
    room_name = serializers.CharField()
    identity = serializers.CharField()
    expires_at = InstantField()


class PresenceEventSerializer(ModelSerializer[PresenceEvent]):
    """A fact as received, without secrets."""

    body_sha256 = serializers.SerializerMethodField()

    class Meta:
        model = PresenceEvent
        fields = [
            "id",
            "source",
            "event_id",
            "event",
            "room_name",
            "room_sid",
            "identity",
            "participant_sid",
            "occurred_at",
            "joined_at",
            "received_at",
            "signed_by",
            "body_sha256",
            "marks",
            "payload",
        ]

    @extend_schema_field(serializers.CharField())
    def get_body_sha256(self, fact: PresenceEvent) -> str:
        """Return the digest in hexadecimal."""
        return bytes(fact.body_sha256).hex()


class ConnectionSerializer(ModelSerializer[Connection]):
    """One connection of one identity to the room, folded from its facts."""

    class Meta:
        model = Connection
        fields = [
            "id",
            "source",
            "sid",
            "room_name",
            "room_sid",
            "identity",
            "name",
            "kind",
            "is_plain",
            "is_established",
            "joined_at",
            "left_at",
            "aborted_at",
            "end_reason",
            "inferred_left_at",
        ]
