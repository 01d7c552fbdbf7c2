"""Serializers that describe reports; ``report_rows`` builds them."""

from rest_framework import serializers

from attendance.evidence.probable_people import Ground
from attendance.models import Status
from attendance.report_rows.serializers import (
    IntervalSerializer,
    ReportPersonSerializer,
    ReportRowSerializer,
)
from core.fields import Declared, InstantField
from sessions_app.models import Mode, SessionType


class GuessSerializer(Declared):
    """Who somebody unmatched probably is; participant is null if not on the roster."""

    participant = serializers.IntegerField(allow_null=True)
    name = serializers.CharField()
    ground = serializers.ChoiceField(choices=[ground.value for ground in Ground])


class UnmatchedSerializer(Declared):
    """Somebody seen who matches nobody on the roster; ``guess`` only for organizers."""

    identity = serializers.CharField(allow_null=True)
    name = serializers.CharField(allow_null=True)
    kind = serializers.CharField(allow_null=True)
    attended_seconds = serializers.IntegerField()
    failed_attempts = serializers.IntegerField()
    intervals = IntervalSerializer(many=True)
    guess = GuessSerializer(allow_null=True)


class HeldSerializer(Declared):
    """What is known of whether the session was held, in numbers of people.

    Null to attendees, who see themselves alone.
    """

    proved = serializers.BooleanField(
        help_text="Something proves that it was held; if not, nobody is absent."
    )
    seen = serializers.IntegerField(
        allow_null=True, help_text="In the room or on the board."
    )
    checked_in = serializers.IntegerField(allow_null=True)
    marked = serializers.IntegerField(
        allow_null=True, help_text="Marked by a person as present, late or partial."
    )


class ReportWindowSerializer(Declared):
    """The time in which presence is counted; the end is exclusive."""

    starts_at = InstantField()
    ends_at = InstantField()


class ReportPolicySerializer(Declared):
    """The policy that decided; before that the one in effect now."""

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
    mode = serializers.ChoiceField(choices=Mode.choices)
    room_name = serializers.CharField()
    starts_at = InstantField()
    ends_at = InstantField()
    ended_at = InstantField(allow_null=True)
    cancelled_at = InstantField(allow_null=True)
    void = serializers.BooleanField(
        help_text="The session is cancelled: no decision of this report is counted."
    )
    window = ReportWindowSerializer()
    calculated_at = InstantField(allow_null=True)
    nobody_seen = serializers.BooleanField()
    held = HeldSerializer()
    policy = ReportPolicySerializer()


class ReportSerializer(Declared):
    """The report of a session; without ``unmatched`` for attendees."""

    session = ReportSessionSerializer()
    summary = serializers.DictField(child=serializers.IntegerField())
    results = ReportRowSerializer(many=True)
    unmatched = UnmatchedSerializer(many=True, required=False)


class SessionReportRowSerializer(ReportRowSerializer):
    """A row of a session's report, with its session, event and organization.

    ``session`` is null in rows of events without sessions.
    """

    session = ReportSessionSerializer(allow_null=True)
    event = serializers.IntegerField()
    organization = serializers.IntegerField()


class TypeSummarySerializer(Declared):
    """The numbers of filtered rows of one session type.

    ``session_type`` is null for events without sessions. Rows of cancelled sessions
    and events are in ``void``, and not in ``statuses``.
    """

    session_type = serializers.ChoiceField(choices=SessionType.choices, allow_null=True)
    rows = serializers.IntegerField()
    void = serializers.IntegerField()
    statuses = serializers.DictField(child=serializers.IntegerField())


class ReportListSerializer(Declared):
    """A page of the rows of many reports, with a summary of all pages."""

    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = SessionReportRowSerializer(many=True)
    summary = TypeSummarySerializer(many=True)


class ConnectedSerializer(Declared):
    """Whether somebody is connected; seconds include only ended connections."""

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
    """The query parameters that filter course results."""

    status = serializers.ChoiceField(choices=Status.choices, required=False)


class EventAttendanceSerializer(Declared):
    """A page of course results, with a summary of all pages."""

    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = ReportRowSerializer(many=True)
    summary = serializers.DictField(
        child=serializers.IntegerField(),
        help_text="The number of people with each status, without the filter.",
    )
