"""Who was asked about an event, as JSON for its organization."""

from typing import Any

from rest_framework import serializers

from core.fields import Declared, InstantField
from core.row_ids import BIGGEST_ID
from notifications.models import AttendancePrompt, NotMailed, PromptState
from notifications.prompts.by_hand import Outcome

# As many as a request may name.
CHOSEN_AT_MOST = 5000


class NamedParticipantSerializer(Declared):
    """Somebody on the roster."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class AskedBySerializer(Declared):
    """Who asked by hand."""

    id = serializers.IntegerField()
    username = serializers.CharField()


class EventPromptSerializer(serializers.Serializer[AttendancePrompt]):
    """One "did you attend?" to somebody on the roster."""

    id = serializers.IntegerField()
    number = serializers.IntegerField(
        help_text="1, or 2 for the one that came because they asked to be reminded."
    )
    event = serializers.IntegerField(source="participant.event_id")
    participant = NamedParticipantSerializer()
    state = serializers.ChoiceField(choices=PromptState.choices)
    due_at = InstantField()
    sent_at = InstantField(allow_null=True, help_text="When the mail went.")
    not_mailed = serializers.SerializerMethodField(
        help_text="Why no mail goes; null if one went, or is still to go."
    )
    answered_at = InstantField(allow_null=True)
    asked_by = AskedBySerializer(allow_null=True)

    def get_not_mailed(self, prompt: AttendancePrompt) -> NotMailed | None:
        """Return why no mail goes."""
        return NotMailed(prompt.not_mailed) if prompt.not_mailed else None


class AskByHandSerializer(Declared):
    """Whom to ask now."""

    # ListSerializer counts before it looks at any.
    participants = serializers.ListSerializer[Any](
        child=serializers.IntegerField(min_value=1, max_value=BIGGEST_ID),
        required=False,
        allow_empty=False,
        max_length=CHOSEN_AT_MOST,
        help_text="Default: everybody who is to be asked and was not yet.",
    )


class ByHandSerializer(Declared):
    """What was done about one person, and why."""

    participant = NamedParticipantSerializer()
    outcome = serializers.ChoiceField(choices=Outcome.choices)
    detail = serializers.CharField()


class AskedByHandSerializer(Declared):
    """What was done about everybody whom the request means."""

    asked = serializers.IntegerField(help_text="How many are asked now.")
    results = ByHandSerializer(many=True)
