from typing import TYPE_CHECKING

from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from attendance.admin_filters import OfActor, OfEvent, OfPerson
from attendance.admin_marking import AdminMarkForm, mark_rows
from attendance.models import (
    AnnouncedAbsence,
    Attendance,
    AttendanceChange,
    AttendancePolicy,
    AuditSeal,
    ChangeReason,
    Contest,
    EngagementEntry,
    Feedback,
    OwnAnswer,
    PointsMapping,
    SessionCalculation,
    source_label,
)
from attendance.points.ledger import PointsPerStatus, set_points_per_status
from events.admin_base import ReadOnlyAdmin, RowAdmin
from events.models import Event, User

if TYPE_CHECKING:
    from django.forms import ModelForm

_OF_ORGANIZATION = ("organization", admin.RelatedOnlyFieldListFilter)


@admin.register(AttendancePolicy)
class AttendancePolicyAdmin(RowAdmin[AttendancePolicy]):
    list_display = (
        "organization",
        "session_type",
        "event",
        "session",
        "grace_minutes",
        "partial_from",
        "present_over",
        "present_regardless_over",
    )
    list_filter = ("session_type", _OF_ORGANIZATION)
    list_select_related = ("organization", "event", "session")
    search_fields = ("organization__name", "event__title", "session__title")
    autocomplete_fields = ("organization", "event", "session")


@admin.register(SessionCalculation)
class SessionCalculationAdmin(ReadOnlyAdmin[SessionCalculation]):
    list_display = (
        "session",
        "calculated_at",
        "facts_read",
        "people_seen",
        "proved",
        "failures",
        "retry_at",
        "error",
    )
    list_filter = (("error", admin.EmptyFieldListFilter), "proved")
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
        "decided_by",
        "computed_status",
        "percentage",
        "marked_by",
        "updated_at",
    )
    list_filter = (
        OfPerson,
        OfEvent,
        "status",
        "source",
        "computed_status",
        _OF_ORGANIZATION,
    )
    list_select_related = ("participant__person", "event", "session", "marked_by")
    search_fields = (
        "participant__person__name",
        "participant__person__email",
        "event__title",
        "session__title",
    )
    date_hierarchy = "updated_at"
    actions = ("mark",)

    @admin.display(description=_("source"), ordering="source")
    def decided_by(self, row: Attendance) -> str:
        return source_label(row.source, derived=row.derived) or "-"

    def has_mark_permission(self, request: HttpRequest) -> bool:
        return isinstance(request.user, User) and request.user.is_superuser

    @admin.action(description=_("Mark…"), permissions=["mark"])
    def mark(
        self, request: HttpRequest, rows: QuerySet[Attendance]
    ) -> HttpResponse | None:
        """Show a form for status and reason, then mark by the usual service."""
        if not isinstance(request.user, User):
            raise PermissionDenied
        form = AdminMarkForm(request.POST if "mark" in request.POST else None)
        if not form.is_valid():
            context = {
                **self.admin_site.each_context(request),
                "title": _("Mark…"),
                "opts": self.opts,
                "form": form,
                # At most one page: more rows can only be selected all at once.
                "rows": rows.select_related("participant__person", "event", "session")[
                    : self.list_per_page
                ],
                "number": rows.count(),
                "action_checkbox_name": ACTION_CHECKBOX_NAME,
                "select_across": request.POST.get("select_across", "0"),
            }
            return render(request, "admin/attendance/mark.html", context)
        done, refused = mark_rows(rows, form.cleaned_data, by=request.user)
        if done:
            text = ngettext(
                "%(number)d person was marked.", "%(number)d people were marked.", done
            )
            self.message_user(request, text % {"number": done}, messages.SUCCESS)
        for refusal in refused:
            self.message_user(request, refusal, messages.ERROR)
        return None


@admin.register(AttendanceChange)
class AttendanceChangeAdmin(ReadOnlyAdmin[AttendanceChange]):
    list_display = (
        "at",
        "participant",
        "event",
        "session",
        "from_status",
        "to_status",
        "source",
        "actor",
        "reason",
        "batch",
    )
    list_filter = (OfPerson, OfEvent, OfActor, "to_status", "source", _OF_ORGANIZATION)
    list_select_related = (
        "participant__event",
        "participant__person",
        "session",
        "actor",
        "reason",
    )
    search_fields = (
        "participant__person__name",
        "participant__person__email",
        "participant__event__title",
        "session__title",
        "actor__username",
    )
    date_hierarchy = "at"
    show_full_result_count = False

    @admin.display(description=_("event"))
    def event(self, change: AttendanceChange) -> Event:
        return change.participant.event


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
    list_filter = (OfPerson, OfEvent, _OF_ORGANIZATION)
    list_select_related = ("participant__person", "session", "organization")
    search_fields = (
        "participant__person__name",
        "participant__person__email",
        "session__title",
    )
    date_hierarchy = "at"
    show_full_result_count = False


@admin.register(PointsMapping)
class PointsMappingAdmin(RowAdmin[PointsMapping]):
    list_display = ("organization", *PointsPerStatus._fields, "updated_at")
    list_select_related = ("organization",)
    search_fields = ("organization__name",)
    autocomplete_fields = ("organization",)

    def get_readonly_fields(
        self, request: HttpRequest, obj: PointsMapping | None = None
    ) -> tuple[str, ...]:
        return ("organization",) if obj else ()

    def has_delete_permission(
        self, request: HttpRequest, obj: PointsMapping | None = None
    ) -> bool:
        """Refuse: deleting would not balance anybody's points, saving defaults does."""
        return False

    def save_model(
        self,
        request: HttpRequest,
        obj: PointsMapping,
        form: "ModelForm[PointsMapping]",
        change: bool,
    ) -> None:
        """Save by the service, which balances everybody's points."""
        worth = PointsPerStatus(
            *(getattr(obj, name) for name in PointsPerStatus._fields)
        )
        set_points_per_status(obj.organization_id, worth)


@admin.register(Contest)
class ContestAdmin(ReadOnlyAdmin[Contest]):
    list_display = (
        "contested_at",
        "attendance",
        "contested_status",
        "text",
        "contested_by",
        "settled_at",
        "settled_by",
        "answer",
    )
    list_filter = (("settled_at", admin.EmptyFieldListFilter), _OF_ORGANIZATION)
    list_select_related = (
        "attendance__participant__person",
        "contested_by",
        "settled_by",
    )
    search_fields = (
        "attendance__participant__person__name",
        "attendance__participant__person__email",
        "attendance__event__title",
        "text",
        "answer",
    )
    date_hierarchy = "contested_at"


@admin.register(AnnouncedAbsence)
class AnnouncedAbsenceAdmin(ReadOnlyAdmin[AnnouncedAbsence]):
    list_display = (
        "announced_at",
        "participant",
        "session",
        "reason",
        "announced_by",
        "withdrawn_at",
        "settled_at",
        "settled_by",
        "confirmed",
    )
    list_filter = (
        OfPerson,
        OfEvent,
        ("settled_at", admin.EmptyFieldListFilter),
        "confirmed",
        _OF_ORGANIZATION,
    )
    list_select_related = (
        "participant__person",
        "session",
        "announced_by",
        "settled_by",
    )
    search_fields = (
        "participant__person__name",
        "participant__person__email",
        "participant__event__title",
        "reason",
    )
    date_hierarchy = "announced_at"


@admin.register(Feedback)
class FeedbackAdmin(ReadOnlyAdmin[Feedback]):
    """What people thought, with their names: for superusers alone."""

    list_display = ("participant", "rating", "text", "updated_at")
    list_filter = ("rating",)
    list_select_related = ("participant__person",)
    search_fields = ("participant__person__name", "participant__person__email", "text")
    date_hierarchy = "updated_at"

    def has_view_permission(
        self, request: HttpRequest, obj: Feedback | None = None
    ) -> bool:
        """Refuse other staff, whatever their permissions."""
        return bool(request.user.is_active and request.user.is_superuser)


@admin.register(OwnAnswer)
class OwnAnswerAdmin(ReadOnlyAdmin[OwnAnswer]):
    """What people said of themselves, also where it decided nothing."""

    list_display = ("at", "participant", "event", "session", "attended", "actor")
    list_filter = (OfPerson, OfEvent, "attended", _OF_ORGANIZATION)
    list_select_related = (
        "participant__event",
        "participant__person",
        "session",
        "actor",
    )
    search_fields = (
        "participant__person__name",
        "participant__person__email",
        "participant__event__title",
        "session__title",
    )
    date_hierarchy = "at"
    show_full_result_count = False

    @admin.display(description=_("event"))
    def event(self, answer: OwnAnswer) -> Event:
        return answer.participant.event
