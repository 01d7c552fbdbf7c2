"""Thresholds as JSON."""

from rest_framework import serializers

from attendance.policies.effective import EffectivePolicy, Scope
from attendance.rules.calculation import Policy

_DEFAULTS = Policy()


class PolicySerializer(serializers.Serializer[EffectivePolicy]):
    """Thresholds; percentages are of the session's window."""

    grace_minutes = serializers.IntegerField(
        source="policy.grace_minutes",
        min_value=0,
        max_value=1440,
        default=_DEFAULTS.grace_minutes,
    )
    partial_from = serializers.IntegerField(
        source="policy.partial_from",
        min_value=0,
        max_value=100,
        default=_DEFAULTS.partial_from,
    )
    present_over = serializers.IntegerField(
        source="policy.present_over",
        min_value=0,
        max_value=100,
        default=_DEFAULTS.present_over,
    )
    present_regardless_over = serializers.IntegerField(
        source="policy.present_regardless_over",
        min_value=0,
        max_value=100,
        default=_DEFAULTS.present_regardless_over,
    )
    scope = serializers.ChoiceField(
        choices=[scope.value for scope in Scope],
        read_only=True,
        help_text="Where it comes from; what has none of its own inherits.",
    )
