"""What may be asked of a calculation, as JSON."""

from rest_framework import serializers

from core.fields import Declared


class CalculateSerializer(Declared):
    """What a calculation may do beyond the usual."""

    force = serializers.BooleanField(
        default=False, help_text="Also when nothing is new."
    )
    count_empty_as_absent = serializers.BooleanField(
        default=False,
        help_text="If nobody at all was seen: count whoever is unknown as absent.",
    )
