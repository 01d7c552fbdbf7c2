from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from attendance.admin_filters import OfEvent, OfPerson
from events.admin_base import ReadOnlyAdmin
from events.models import Event
from notifications.models import (
    AttendancePrompt,
    Notification,
    PromptedEvent,
    PromptOptOut,
    PromptState,
    PromptToken,
)

_OF_ORGANIZATION = ("organization", admin.RelatedOnlyFieldListFilter)


class OfState(admin.SimpleListFilter):
    """Filters by what has become of a prompt."""

    title, parameter_name = _("state"), "state"

    def lookups(
        self, request: HttpRequest, model_admin: object
    ) -> list[tuple[str, str]]:
        return [(state.value, str(state.label)) for state in PromptState]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        return queryset.filter(state=self.value()) if self.value() else queryset


@admin.register(AttendancePrompt)
class AttendancePromptAdmin(ReadOnlyAdmin[AttendancePrompt]):
    """Prompts are written by themselves, or by hand on the page of an event's answers.

    Those whose mail waits have a time at which it is due, and the number of failures.
    """

    list_display = (
        "participant",
        "event",
        "number",
        "state",
        "due_at",
        "send_at",
        "sent_at",
        "not_mailed",
        "failures",
        "asked_by",
    )
    list_filter = (
        OfPerson,
        OfEvent,
        OfState,
        ("send_at", admin.EmptyFieldListFilter),
        "not_mailed",
        _OF_ORGANIZATION,
    )
    list_select_related = ("participant__event", "participant__person", "asked_by")
    search_fields = (
        "participant__person__name",
        "participant__person__email",
        "participant__event__title",
    )
    date_hierarchy = "due_at"
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[AttendancePrompt]:
        """Read their states along."""
        prompts = AttendancePrompt.objects.with_state(timezone.now())
        ordering = self.get_ordering(request)
        return prompts.order_by(*ordering) if ordering else prompts

    @admin.display(description=_("event"))
    def event(self, prompt: AttendancePrompt) -> Event:
        return prompt.participant.event

    @admin.display(description=_("state"), ordering="state")
    def state(self, prompt: AttendancePrompt) -> str:
        return str(PromptState(prompt.state).label)  # type: ignore[attr-defined]


@admin.register(PromptedEvent)
class PromptedEventAdmin(ReadOnlyAdmin[PromptedEvent]):
    list_display = ("event", "organization", "due_at", "roster_changed_at")
    list_select_related = ("event__organization",)
    search_fields = ("event__title",)
    date_hierarchy = "due_at"

    @admin.display(description=_("organization"))
    def organization(self, prompted: PromptedEvent) -> object:
        return prompted.event.organization


@admin.register(PromptToken)
class PromptTokenAdmin(ReadOnlyAdmin[PromptToken]):
    """Whose links there are, without what is kept of their secrets."""

    list_display = ("participant", "event", "created_at", "revoked_at")
    list_filter = (OfPerson, OfEvent, ("revoked_at", admin.EmptyFieldListFilter))
    list_select_related = ("participant__event", "participant__person")
    search_fields = ("participant__person__name", "participant__person__email")
    date_hierarchy = "created_at"
    exclude = ("digest",)
    show_full_result_count = False

    @admin.display(description=_("event"))
    def event(self, token: PromptToken) -> Event:
        return token.participant.event


@admin.register(PromptOptOut)
class PromptOptOutAdmin(ReadOnlyAdmin[PromptOptOut]):
    """People stop mails, and take that back, by the links of those mails."""

    list_display = ("folded_email", "organization", "created_at")
    list_filter = (("organization", admin.EmptyFieldListFilter), _OF_ORGANIZATION)
    list_select_related = ("organization",)
    search_fields = ("folded_email",)
    date_hierarchy = "created_at"


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdmin[Notification]):
    list_display = ("user", "type", "organization", "created_at", "read_at")
    list_filter = ("type", ("read_at", admin.EmptyFieldListFilter), _OF_ORGANIZATION)
    list_select_related = ("user", "organization")
    search_fields = ("user__username", "user__email")
    date_hierarchy = "created_at"
    show_full_result_count = False
