"""Reports and policies as JSON. A report is declared here; selectors build it."""

from typing import Any

from django.db.models import QuerySet
from rest_framework import serializers

from attendance.evidence.guesses import Ground
from attendance.models import CheckInMethod, DecisionSource, Status
from attendance.policies.effective import EffectivePolicy, Scope
from attendance.rules.calculation import Policy
from core.fields import InstantField, RowField
from core.validators import validate_name
from events.models import Participant, ParticipantRole
from sessions_app.models import SessionType

Declared = serializers.Serializer[dict[str, Any]]
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


class CalculateSerializer(Declared):
    """What a calculation may do beyond the usual."""

    force = serializers.BooleanField(
        default=False, help_text="Also when nothing is new."
    )
    count_empty_as_absent = serializers.BooleanField(
        default=False,
        help_text="If nobody at all was seen: count whoever is unknown as absent.",
    )


class WalkInSerializer(Declared):
    """Whom to put on the roster."""

    name = serializers.CharField(max_length=200, validators=[validate_name])
    email = serializers.EmailField(max_length=254, default="", allow_blank=True)


class RosterField(RowField[Participant]):
    """Somebody on the roster of the event in the context; others do not exist."""

    def get_queryset(self) -> QuerySet[Participant]:
        """Return the roster."""
        return Participant.objects.filter(event=self.context["event"])


class LinkSerializer(Declared):
    """Who an unmatched identity is: somebody on the roster, or a walk-in."""

    identity = serializers.CharField(max_length=256, trim_whitespace=False)
    participant = RosterField(
        queryset=Participant.objects.none(), allow_null=True, default=None
    )
    walk_in = WalkInSerializer(allow_null=True, default=None)


class UnlinkSerializer(Declared):
    """Which identity is not who somebody said."""

    identity = serializers.CharField(max_length=256, trim_whitespace=False)


class ReportPersonSerializer(Declared):
    """A person on the roster; ``identity`` for organizers alone."""

    id = serializers.IntegerField()
    name = serializers.CharField()
    role = serializers.ChoiceField(choices=ParticipantRole.choices)
    identity = serializers.CharField(allow_null=True)


class IntervalSerializer(Declared):
    """One unbroken presence inside the window; ``inferred``: its end is."""

    joined_at = InstantField()
    left_at = InstantField()
    inferred = serializers.BooleanField()


class MarkedBySerializer(Declared):
    """Who marked, checked in or applied."""

    id = serializers.IntegerField()
    username = serializers.CharField()


class OwnAnswerSerializer(Declared):
    """What the person themselves answered; beside the decision, or the decision."""

    attended = serializers.BooleanField()
    answered_at = InstantField()


class LinkedIdentitySerializer(Declared):
    """An identity that somebody said belongs to this person, seen in this session."""

    identity = serializers.CharField()
    name = serializers.CharField(allow_null=True)


class ReportRowSerializer(Declared):
    """One person: what was decided, what was computed, and why."""

    participant = ReportPersonSerializer()
    status = serializers.ChoiceField(choices=Status.choices)
    computed_status = serializers.ChoiceField(choices=Status.choices, allow_null=True)
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=DecisionSource.choices, allow_null=True
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
        many=True, help_text="Shown to organizers alone; else empty."
    )
    marked_by = MarkedBySerializer(allow_null=True)
    marked_at = InstantField(allow_null=True)
    notes = serializers.CharField()
    updated_at = InstantField(allow_null=True)
    derived = serializers.BooleanField()
    self_reported = OwnAnswerSerializer(allow_null=True)
    checked_in_at = InstantField(allow_null=True, help_text="When they came.")
    check_in_received_at = InstantField(
        allow_null=True, help_text="When that arrived here, perhaps from a queue."
    )
    check_in_method = serializers.ChoiceField(
        choices=CheckInMethod.choices, allow_null=True
    )


class GuessSerializer(Declared):
    """Who somebody unmatched probably is; nobody on the roster: participant null."""

    participant = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()
    ground = serializers.ChoiceField(choices=[ground.value for ground in Ground])


class UnmatchedSerializer(Declared):
    """Somebody seen who is nobody on the roster; ``guess`` for organizers alone."""

    identity = serializers.CharField(allow_null=True)
    name = serializers.CharField(allow_null=True)
    kind = serializers.CharField(allow_null=True)
    attended_seconds = serializers.IntegerField()
    failed_attempts = serializers.IntegerField()
    intervals = IntervalSerializer(many=True)
    guess = GuessSerializer(allow_null=True)


class ReportWindowSerializer(Declared):
    """What counts, the end exclusive."""

    starts_at = InstantField()
    ends_at = InstantField()


class ReportPolicySerializer(Declared):
    """The thresholds that decided, or would decide now."""

    grace_minutes = serializers.IntegerField()
    partial_from = serializers.IntegerField()
    present_over = serializers.IntegerField()
    present_regardless_over = serializers.IntegerField()


class ReportSessionSerializer(Declared):
    """The session of a report."""

    id = serializers.IntegerField()
    event = serializers.IntegerField()
    title = serializers.CharField()
    session_type = serializers.ChoiceField(choices=SessionType.choices)
    room_name = serializers.CharField()
    starts_at = InstantField()
    ends_at = InstantField()
    ended_at = InstantField(allow_null=True)
    cancelled_at = InstantField(allow_null=True)
    void = serializers.BooleanField(
        help_text="It was cancelled: no decision of this report counts for anybody."
    )
    window = ReportWindowSerializer()
    calculated_at = InstantField(allow_null=True)
    nobody_seen = serializers.BooleanField()
    policy = ReportPolicySerializer()


class ReportSerializer(Declared):
    """A session's report; ``unmatched`` not for attendees."""

    session = ReportSessionSerializer()
    summary = serializers.DictField(child=serializers.IntegerField())
    results = ReportRowSerializer(many=True)
    unmatched = UnmatchedSerializer(many=True, required=False)


class SessionReportRowSerializer(ReportRowSerializer):
    """A row of a session's report, and whose session it is."""

    session = ReportSessionSerializer()
    event = serializers.IntegerField()
    organization = serializers.IntegerField()


class TypeSummarySerializer(Declared):
    """The filtered rows of one session type; ``void`` ones are in no status."""

    session_type = serializers.ChoiceField(choices=SessionType.choices)
    rows = serializers.IntegerField()
    void = serializers.IntegerField()
    statuses = serializers.DictField(child=serializers.IntegerField())


class ReportListSerializer(Declared):
    """A page of the rows of many reports, and a summary of all pages."""

    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = SessionReportRowSerializer(many=True)
    summary = TypeSummarySerializer(many=True)


class ConnectedSerializer(Declared):
    """Whether somebody is connected; seconds are those of ended connections."""

    participant = ReportPersonSerializer()
    connected = serializers.BooleanField()
    connected_since = InstantField(allow_null=True)
    attended_seconds = serializers.IntegerField()


class AttendanceStatusSerializer(Declared):
    """Who is connected now."""

    session = serializers.IntegerField()
    running = serializers.BooleanField()
    participants = ConnectedSerializer(many=True)
