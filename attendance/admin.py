from django.contrib import admin

from attendance.models import (
    Attendance,
    AttendanceChange,
    AttendancePolicy,
    AuditSeal,
    ChangeReason,
    EngagementEntry,
    Feedback,
    SessionCalculation,
)
from events.admin import ReadOnlyAdmin, RowAdmin

_OF_ORGANIZATION = ("organization", admin.RelatedOnlyFieldListFilter)


@admin.register(AttendancePolicy)
class AttendancePolicyAdmin(RowAdmin[AttendancePolicy]):
    list_display = (
        "organization",
        "session_type",
        "session",
        "grace_minutes",
        "partial_from",
        "present_over",
        "present_regardless_over",
    )
    list_filter = ("session_type", _OF_ORGANIZATION)
    list_select_related = ("organization", "session")
    search_fields = ("organization__name", "session__title")
    autocomplete_fields = ("organization", "session")


@admin.register(SessionCalculation)
class SessionCalculationAdmin(ReadOnlyAdmin[SessionCalculation]):
    list_display = (
        "session",
        "calculated_at",
        "facts_read",
        "nobody_seen",
        "failures",
        "retry_at",
        "error",
    )
    list_filter = (("error", admin.EmptyFieldListFilter), "nobody_seen")
    list_select_related = ("session",)
    search_fields = ("session__title", "session__room_name", "error")
    date_hierarchy = "calculated_at"


@admin.register(Attendance)
class AttendanceAdmin(ReadOnlyAdmin[Attendance]):
    list_display = (
        "participant",
        "event",
        "session",
        "status",
        "source",
        "computed_status",
        "percentage",
        "marked_by",
        "updated_at",
    )
    list_filter = ("status", "source", "computed_status", _OF_ORGANIZATION)
    list_select_related = ("participant", "event", "session", "marked_by")
    search_fields = (
        "participant__name",
        "participant__email",
        "event__title",
        "session__title",
    )
    date_hierarchy = "updated_at"


@admin.register(AttendanceChange)
class AttendanceChangeAdmin(ReadOnlyAdmin[AttendanceChange]):
    list_display = (
        "at",
        "participant",
        "session",
        "from_status",
        "to_status",
        "source",
        "actor",
        "reason",
        "batch",
    )
    list_filter = (
        "to_status",
        "source",
        ("actor", admin.RelatedOnlyFieldListFilter),
        _OF_ORGANIZATION,
    )
    list_select_related = ("participant", "session", "actor", "reason")
    search_fields = (
        "participant__name",
        "participant__email",
        "participant__event__title",
        "session__title",
        "actor__username",
    )
    date_hierarchy = "at"
    show_full_result_count = False


@admin.register(ChangeReason)
class ChangeReasonAdmin(ReadOnlyAdmin[ChangeReason]):
    list_display = ("text", "change")
    list_select_related = ("change",)
    search_fields = ("text",)


@admin.register(AuditSeal)
class AuditSealAdmin(ReadOnlyAdmin[AuditSeal]):
    list_display = ("organization", "number", "batch", "at")
    list_filter = (_OF_ORGANIZATION,)
    list_select_related = ("organization",)
    search_fields = ("organization__name", "batch")
    date_hierarchy = "at"
    show_full_result_count = False


@admin.register(EngagementEntry)
class EngagementEntryAdmin(ReadOnlyAdmin[EngagementEntry]):
    list_display = ("participant", "points", "session", "at", "organization")
    list_filter = (_OF_ORGANIZATION,)
    list_select_related = ("participant", "session", "organization")
    search_fields = ("participant__name", "participant__email", "session__title")
    date_hierarchy = "at"
    show_full_result_count = False


@admin.register(Feedback)
class FeedbackAdmin(ReadOnlyAdmin[Feedback]):
    list_display = ("participant", "rating", "text", "updated_at")
    list_filter = ("rating",)
    list_select_related = ("participant",)
    search_fields = ("participant__name", "participant__email", "text")
    date_hierarchy = "updated_at"
