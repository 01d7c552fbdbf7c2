"""The serializer of a request to calculate a session."""

from typing import Any

from django.utils.translation import gettext_lazy as _
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
        "Attendees of whom nothing is known become absent.",
    )
    take_back_held = serializers.BooleanField(
        default=False, help_text="Take `count_empty_as_absent` back."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse to say that it was held and to take that back at once."""
        if attrs["count_empty_as_absent"] and attrs["take_back_held"]:
            raise serializers.ValidationError(
                {"take_back_held": _("Send this or count_empty_as_absent, not both.")}
            )
        return attrs
