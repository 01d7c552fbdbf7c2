"""Shapes of prompts."""

from typing import Any

from rest_framework import serializers

from core.fields import Declared, InstantField
from notifications.models import PromptState
from notifications.own_prompts.listing import OwnPrompt
from notifications.prompts.asking import Question


class AskedPersonSerializer(Declared):
    """Who is asked, as on the roster of the event."""

    id = serializers.IntegerField(help_text="Of the place: `participant` elsewhere.")
    name = serializers.CharField()


class PromptSerializer(Declared):
    """One "did you attend?"."""

    id = serializers.IntegerField()
    number = serializers.IntegerField(help_text="2 comes from snoozing 1.")
    event = serializers.IntegerField()
    event_title = serializers.CharField()
    organization = serializers.IntegerField()
    organization_name = serializers.CharField()
    participant = AskedPersonSerializer()
    question = serializers.ChoiceField(
        choices=[question.value for question in Question],
        allow_null=True,
        help_text="`whether` they attended, or only `how` it was; null: nothing now.",
    )
    state = serializers.ChoiceField(choices=PromptState.choices)
    due_at = InstantField()
    sent_at = InstantField(allow_null=True, help_text="When its mail was sent.")
    answered_at = InstantField(allow_null=True)


class PromptListSerializer(Declared):
    """A page of prompts, newest first."""

    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = PromptSerializer(many=True)


class StateQuerySerializer(Declared):
    """The query parameter that filters prompts."""

    state = serializers.ChoiceField(
        choices=PromptState.choices, default=PromptState.PENDING
    )


def prompt_as_dict(own: OwnPrompt) -> dict[str, Any]:
    """Return a prompt in the shape of REST."""
    prompt, question = own.prompt, own.question
    return {
        "id": prompt.pk,
        "number": prompt.number,
        "event": own.event.pk,
        "event_title": own.event.title,
        "organization": own.event.organization_id,
        "organization_name": own.event.organization.name,
        "participant": {"id": own.place.pk, "name": own.place.name},
        "question": question and question.value,
        "state": own.state,
        "due_at": prompt.due_at,
        "sent_at": prompt.sent_at,
        "answered_at": prompt.answered_at,
    }
