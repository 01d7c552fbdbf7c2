"""Serializer of policies."""

from rest_framework import serializers

from attendance.policies.effective import EffectivePolicy, Scope
from attendance.rules.calculation import Policy


def _threshold(name: str, at_most: int = 100) -> serializers.IntegerField:
    return serializers.IntegerField(
        source=f"policy.{name}",
        min_value=0,
        max_value=at_most,
        default=getattr(Policy(), name),
    )


class PolicySerializer(serializers.Serializer[EffectivePolicy]):
    """Thresholds; percentages are of the session's window."""

    grace_minutes = _threshold("grace_minutes", at_most=1440)
    partial_from = _threshold("partial_from")
    present_over = _threshold("present_over")
    present_regardless_over = _threshold("present_regardless_over")
    scope = serializers.ChoiceField(
        choices=[scope.value for scope in Scope],
        read_only=True,
        help_text="Where it comes from; what has none of its own inherits.",
    )
