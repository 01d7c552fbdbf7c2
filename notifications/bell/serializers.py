"""Shapes of notifications."""

from typing import Any

from rest_framework import serializers

from attendance.own_record.serializers import EventInShortSerializer, event_in_short
from core.fields import Declared, InstantField
from notifications.bell.listing import Told
from notifications.models import NotificationType
from notifications.own_prompts.serializers import PromptSerializer, prompt_as_dict


class NotificationSerializer(Declared):
    """One entry of the bell; of type ``attendance_prompt`` it is about a prompt."""

    id = serializers.IntegerField()
    type = serializers.ChoiceField(choices=NotificationType.choices)
    prompt = PromptSerializer()
    event = EventInShortSerializer()
    created_at = InstantField()
    read_at = InstantField(allow_null=True)


class NotificationListSerializer(Declared):
    """A page of notifications, newest first."""

    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = NotificationSerializer(many=True)


def notification_as_dict(told: Told) -> dict[str, Any]:
    """Return a notification in the shape of REST."""
    notification = told.notification
    return {
        "id": notification.pk,
        "type": notification.type,
        "prompt": prompt_as_dict(told.prompt),
        "event": event_in_short(told.prompt.event),
        "created_at": notification.created_at,
        "read_at": notification.read_at,
    }
