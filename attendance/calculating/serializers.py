"""The serializer of a request to calculate a session."""

from rest_framework import serializers

from core.fields import Declared


class CalculateSerializer(Declared):
    """Options of a calculation."""

    force = serializers.BooleanField(
        default=False, help_text="Calculate even if nothing is new."
    )
    count_empty_as_absent = serializers.BooleanField(
        default=False,
        help_text="If nothing proves that the session was held: it was. "
        "Everyone of whom nothing is known becomes absent.",
    )
    take_back_held = serializers.BooleanField(
        default=False, help_text="Take `count_empty_as_absent` back."
    )
