"""The models of attendance: decisions, their log, policies and points."""

from attendance.models.answers import AnnouncedAbsence, Contest, OwnAnswer
from attendance.models.choices import (
    AUTOMATIC_SOURCES,
    DECISION_SOURCES,
    LONGEST_REASON,
    MARKS,
    SOURCE_LABELS,
    CheckInMethod,
    Status,
    source_label,
)
from attendance.models.decisions import Attendance, SessionCalculation
from attendance.models.log import AttendanceChange, AuditSeal, ChangeReason
from attendance.models.points import (
    POINTS_FOR_FEEDBACK,
    EngagementEntry,
    Feedback,
    PointsMapping,
)
from attendance.models.policies import AttendancePolicy

__all__ = [
    "AUTOMATIC_SOURCES",
    "DECISION_SOURCES",
    "LONGEST_REASON",
    "MARKS",
    "POINTS_FOR_FEEDBACK",
    "SOURCE_LABELS",
    "AnnouncedAbsence",
    "Attendance",
    "AttendanceChange",
    "AttendancePolicy",
    "AuditSeal",
    "ChangeReason",
    "CheckInMethod",
    "Contest",
    "EngagementEntry",
    "Feedback",
    "OwnAnswer",
    "PointsMapping",
    "SessionCalculation",
    "Status",
    "source_label",
]
