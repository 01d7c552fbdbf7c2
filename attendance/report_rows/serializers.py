"""Serializers that describe the row of a report; ``report.py`` builds it."""

from rest_framework import serializers

from attendance.models import DECISION_SOURCES, CheckInMethod, Status
from core.fields import Declared, InstantField
from events.models import ParticipantRole


class ReportPersonSerializer(Declared):
    """A person on the roster; ``identity`` is null except for organizers."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    role = serializers.ChoiceField(choices=ParticipantRole.choices)
    identity = serializers.CharField(allow_null=True)


class IntervalSerializer(Declared):
    """One unbroken presence inside the window; ``inferred``: its end is estimated."""

    joined_at = InstantField()
    left_at = InstantField()
    inferred = serializers.BooleanField()


class MarkedBySerializer(Declared):
    """The user who marked, checked in, or applied a calculated result."""

    id = serializers.IntegerField()
    username = serializers.CharField()


class OwnAnswerSerializer(Declared):
    """The person's own answer, kept even if something else decided."""

    attended = serializers.BooleanField()
    answered_at = InstantField()


class LinkedIdentitySerializer(Declared):
    """An identity seen in this session that had been linked to this person."""

    identity = serializers.CharField()
    name = serializers.CharField(allow_null=True)


class ReportRowSerializer(Declared):
    """One person: the decision, the calculated result, and the explanation."""

    participant = ReportPersonSerializer()
    status = serializers.ChoiceField(choices=Status.choices)
    computed_status = serializers.ChoiceField(choices=Status.choices, allow_null=True)
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=DECISION_SOURCES, allow_null=True
    )
    attended_seconds = serializers.IntegerField(allow_null=True)
    attended_minutes = serializers.IntegerField(allow_null=True)
    percentage = serializers.FloatField(allow_null=True)
    meeting_enter_time = InstantField(allow_null=True)
    meeting_leave_time = InstantField(allow_null=True)
    is_late = serializers.BooleanField(allow_null=True)
    late_minutes = serializers.IntegerField(allow_null=True)
    join_count = serializers.IntegerField(allow_null=True)
    failed_attempts = serializers.IntegerField()
    is_auto_calculated = serializers.BooleanField()
    attendance_calculated_at = InstantField(allow_null=True)
    explanation = serializers.CharField()
    intervals = IntervalSerializer(many=True)
    linked_identities = LinkedIdentitySerializer(
        many=True, help_text="Only for organizers; else empty."
    )
    marked_by = MarkedBySerializer(allow_null=True)
    marked_at = InstantField(allow_null=True)
    notes = serializers.CharField()
    updated_at = InstantField(allow_null=True)
    derived = serializers.BooleanField()
    self_reported = OwnAnswerSerializer(allow_null=True)
    checked_in_at = InstantField(allow_null=True, help_text="When the person came.")
    check_in_received_at = InstantField(
        allow_null=True,
        help_text="When the check-in arrived here; later if it was sent from a queue.",
    )
    check_in_method = serializers.ChoiceField(
        choices=CheckInMethod.choices, allow_null=True
    )
