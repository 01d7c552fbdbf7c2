"""Serializers of marks, check-ins, undoing, and the log of decisions."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from attendance.decisions.marking import Mark
from attendance.models import (
    DECISION_SOURCES,
    LONGEST_REASON,
    MARKS,
    AttendanceChange,
    CheckInMethod,
)
from attendance.report_rows.serializers import (
    MarkedBySerializer,
    ReportRowSerializer,
)
from attendance.rules.precedence import ADMIN_OVERRIDE, MANUAL, PARENT_REPORTED
from core.body_limits import PEOPLE_IN_ONE_GO
from core.fields import Declared, InstantField, ModelSerializer, RowField
from core.row_ids import BIGGEST_ID
from events.models import Participant
from sessions_app.models import LiveSession

BY_PEOPLE = [
    choice
    for choice in DECISION_SOURCES
    if choice[0]
    in (
        MANUAL,
        PARENT_REPORTED,
        ADMIN_OVERRIDE,
    )
]


class SessionField(RowField[LiveSession]):
    """A session of ``context["event"]``; ids of others are refused as unknown."""

    def get_queryset(self) -> QuerySet[LiveSession]:
        """Return the sessions of the event in the context."""
        return LiveSession.objects.filter(event=self.context["event"])


def _reason() -> serializers.CharField:
    return serializers.CharField(
        max_length=LONGEST_REASON, default="", allow_blank=True
    )


class _PlaceSerializer(Declared):
    """The place of a decision."""

    session = SessionField(
        queryset=LiveSession.objects.none(),
        allow_null=True,
        default=None,
        help_text="A session of the event. Without it: the course result.",
    )


class CheckInSerializer(_PlaceSerializer):
    """A check-in."""

    method = serializers.ChoiceField(
        choices=CheckInMethod.choices, default=CheckInMethod.STAFF
    )
    notes = _reason()
    checked_in_at = InstantField(
        allow_null=True,
        default=None,
        help_text="When the person came, at most 24 hours ago. Default: now.",
    )


class MarkSerializer(_PlaceSerializer):
    """The mark of one person."""

    status = serializers.ChoiceField(choices=MARKS)
    notes = _reason()
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=BY_PEOPLE,
        default=MANUAL,
        help_text="`admin_override` is for admins and owners only.",
    )


class OneOfManySerializer(Declared):
    """The mark of one person of many."""

    participant = serializers.IntegerField(min_value=1, max_value=BIGGEST_ID)
    status = serializers.ChoiceField(choices=MARKS)
    notes = _reason()


class BulkMarkSerializer(_PlaceSerializer):
    """Marks of many people; either all are written, or none."""

    # ListSerializer checks the number before it validates any, each of which needs
    # kilobytes of memory.
    marks = serializers.ListSerializer[Any](
        child=OneOfManySerializer(),
        allow_empty=False,
        max_length=PEOPLE_IN_ONE_GO,
        error_messages={"max_length": _("Mark at most {max_length} people at once.")},
    )
    source = serializers.ChoiceField(  # type: ignore[assignment]
        choices=BY_PEOPLE, default=MANUAL
    )

    def validate_marks(self, marks: Sequence[dict[str, Any]]) -> list[Mark]:
        """Return the marks with their participants, all of whom are on the roster."""
        roster = Participant.objects.filter(event=self.context["event"])
        people = roster.in_bulk({mark["participant"] for mark in marks})
        errors = [
            {} if mark["participant"] in people else {"participant": [_nobody()]}
            for mark in marks
        ]
        if any(errors):
            raise serializers.ValidationError(errors)
        return [
            Mark(people[mark["participant"]], mark["status"], mark["notes"])
            for mark in marks
        ]


def _nobody() -> serializers.ErrorDetail:
    return serializers.ErrorDetail(
        _("Nobody on the roster has this ID."),  # type: ignore[arg-type]
        code="does_not_exist",
    )


class UndoSerializer(Declared):
    """The reason for undoing a change."""

    reason = _reason()


class CheckedInSerializer(ReportRowSerializer):
    """The decision after a check-in."""

    already_checked_in = serializers.BooleanField(
        help_text="The person was checked in before: this request changed nothing."
    )


class BulkMarkedSerializer(Declared):
    """The decisions that now stand, in the order of the marks."""

    results = ReportRowSerializer(many=True)


class ChangeSerializer(ModelSerializer[AttendanceChange]):
    """One entry of the log."""

    actor = MarkedBySerializer(
        allow_null=True,
        help_text="Null for calculations, and for changes that follow from others.",
    )
    reason = serializers.SerializerMethodField()
    undoes = serializers.IntegerField(source="undoes_id", allow_null=True)
    participant = serializers.IntegerField(source="participant_id")
    session = serializers.IntegerField(
        source="session_id",
        allow_null=True,
        help_text="Null for course results.",
    )

    class Meta:
        model = AttendanceChange
        fields = [
            "id",
            "participant",
            "session",
            "from_status",
            "to_status",
            "from_source",
            "source",
            "actor",
            "reason",
            "at",
            "undoes",
        ]

    def get_reason(self, change: AttendanceChange) -> str:
        """Return the reason; empty if none was given, or if it was erased."""
        return change.reason.text if hasattr(change, "reason") else ""
