"""Reports as JSON; what builds them is in ``report_rows``."""

from rest_framework import serializers

from attendance.evidence.probable_people import Ground
from attendance.models import Status
from attendance.report_rows.serializers import (
    IntervalSerializer,
    ReportPersonSerializer,
    ReportRowSerializer,
)
from core.fields import Declared, InstantField
from sessions_app.models import SessionType


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


class StatusQuerySerializer(Declared):
    """Which decisions are wanted."""

    status = serializers.ChoiceField(choices=Status.choices, required=False)


class EventAttendanceSerializer(Declared):
    """A page of decisions about an event as a whole, and a summary of all pages."""

    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = ReportRowSerializer(many=True)
    summary = serializers.DictField(
        child=serializers.IntegerField(),
        help_text="How many people have each status, whichever are asked for.",
    )
