"""Serializers of contests."""

from rest_framework import serializers

from attendance.models import LONGEST_REASON, MARKS, Contest, Status
from attendance.report_rows.serializers import MarkedBySerializer
from core.fields import Declared, InstantField, ModelSerializer

OPEN, SETTLED = "open", "settled"
STATES = [(OPEN, OPEN), (SETTLED, SETTLED)]


class NewContestSerializer(Declared):
    """What is wrong with a decision."""

    text = serializers.CharField(max_length=LONGEST_REASON)


class SettleSerializer(Declared):
    """How a contest is settled."""

    status = serializers.ChoiceField(
        choices=MARKS,
        allow_null=True,
        default=None,
        help_text="Marks the person. Without it, what stands is right.",
    )
    notes = serializers.CharField(
        max_length=LONGEST_REASON,
        default="",
        allow_blank=True,
        help_text="What the person reads; also the reason of the mark.",
    )


class ContestedPersonSerializer(Declared):
    """Whose decision it is."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class ContestSerializer(ModelSerializer[Contest]):
    """A contest; ``status`` is what stands now."""

    attendance = serializers.IntegerField(source="attendance_id")
    participant = ContestedPersonSerializer(source="attendance.participant")
    event = serializers.IntegerField(source="attendance.event_id")
    session = serializers.IntegerField(
        source="attendance.session_id",
        allow_null=True,
        help_text="Null for course results.",
    )
    status = serializers.ChoiceField(source="attendance.status", choices=Status.choices)
    state = serializers.SerializerMethodField()
    contested_at = InstantField()
    settled_at = InstantField(allow_null=True)
    settled_by = MarkedBySerializer(allow_null=True)
    notes = serializers.CharField(source="answer")
    change = serializers.IntegerField(
        source="change_id",
        allow_null=True,
        help_text="The change by which it was settled; null if the status stayed.",
    )

    class Meta:
        model = Contest
        fields = [
            "id",
            "attendance",
            "participant",
            "event",
            "session",
            "state",
            "text",
            "contested_at",
            "contested_status",
            "status",
            "settled_at",
            "settled_by",
            "notes",
            "change",
        ]

    def get_state(self, contest: Contest) -> str:
        """Return whether it is open or settled."""
        return OPEN if contest.settled_at is None else SETTLED
