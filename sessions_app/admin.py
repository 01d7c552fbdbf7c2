from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.errors import RuleBroken
from events.admin_base import ReadOnlyAdmin, RowAdmin
from events.models import Event
from sessions_app.locks import lock_session
from sessions_app.models import (
    ConflictingDelivery,
    Connection,
    LiveSession,
    PresenceEvent,
)
from sessions_app.services import check_room_name, room_taken, session_in_the_way
from sessions_app.signals import session_changed, sessions_changed


class LiveSessionForm(forms.ModelForm):  # type: ignore[type-arg]
    def clean(self) -> dict[str, Any]:
        """Refuse a room of another organization, or one taken at that time."""
        cleaned: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                self._check_room(cleaned)
            except RuleBroken as refused:
                self.add_error("room_name", str(refused))
        return cleaned

    def _check_room(self, cleaned: dict[str, Any]) -> None:
        wanted = LiveSession(
            pk=self.instance.pk,
            room_name=cleaned["room_name"],
            starts_at=cleaned["starts_at"],
            ends_at=cleaned["ends_at"],
            ended_at=self.instance.ended_at,
        )
        event = cleaned.get("event") or self.instance.event
        check_room_name(wanted.room_name, event.organization)
        other = session_in_the_way(wanted)
        if other and not self.instance.cancelled_at:
            raise room_taken(other)


@admin.register(LiveSession)
class LiveSessionAdmin(RowAdmin[LiveSession]):
    form = LiveSessionForm
    list_display = (
        "title",
        "event",
        "session_type",
        "mode",
        "room_name",
        "starts_at",
        "ends_at",
        "ended_at",
        "cancelled_at",
    )
    list_filter = (
        "session_type",
        "mode",
        ("cancelled_at", admin.EmptyFieldListFilter),
        ("event__organization", admin.RelatedOnlyFieldListFilter),
    )
    list_select_related = ("event",)
    search_fields = ("title", "room_name", "event__title")
    autocomplete_fields = ("event",)
    # Sessions are ended and cancelled on their page or over REST, where rules apply.
    readonly_fields = ("ended_at", "cancelled_at", "inputs_changed_at", "created_at")
    date_hierarchy = "starts_at"

    def get_readonly_fields(
        self, request: HttpRequest, obj: LiveSession | None = None
    ) -> tuple[str, ...]:
        """Keep the event from being changed: decisions belong to a session's event."""
        return (*self.readonly_fields, "event") if obj else self.readonly_fields

    def save_model(
        self,
        request: HttpRequest,
        obj: LiveSession,
        form: LiveSessionForm,
        change: bool,
    ) -> None:
        """Announce it, so that what hangs on a session and its event is updated."""
        super().save_model(request, obj, form, change)
        if change:
            locked = lock_session(obj.pk)
            changed = set(form.changed_data)
            session_changed.send(LiveSession, session=locked, changed=changed)
        else:
            sessions_changed.send(LiveSession, event=obj.event)

    def delete_model(self, request: HttpRequest, obj: LiveSession) -> None:
        """Announce the removal, so that the event's results are updated."""
        super().delete_model(request, obj)
        sessions_changed.send(LiveSession, event=obj.event)

    def delete_queryset(
        self, request: HttpRequest, queryset: QuerySet[LiveSession]
    ) -> None:
        """Announce the removal for each event, so that its results are updated."""
        for event in Event.objects.filter(sessions__in=queryset).distinct():
            with transaction.atomic():
                super().delete_queryset(request, queryset.filter(event=event))
                sessions_changed.send(LiveSession, event=event)


class MarkedFilter(admin.SimpleListFilter):
    title = _("has unreadable fields")
    parameter_name = "marked"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("yes", _("Yes")), ("no", _("No"))]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[PresenceEvent]
    ) -> QuerySet[PresenceEvent]:
        match self.value():
            case "yes":
                return queryset.exclude(marks=[])
            case "no":
                return queryset.filter(marks=[])
        return queryset


@admin.register(PresenceEvent)
class PresenceEventAdmin(ReadOnlyAdmin[PresenceEvent]):
    list_display = (
        "event",
        "room_name",
        "identity",
        "occurred_at",
        "received_at",
        "source",
        "marks",
    )
    # No date hierarchy and no filter by names: they would read the whole log each time.
    list_filter = ("source", MarkedFilter)
    search_fields = ("event_id", "event", "room_name", "identity", "participant_sid")
    show_full_result_count = False


@admin.register(ConflictingDelivery)
class ConflictingDeliveryAdmin(ReadOnlyAdmin[ConflictingDelivery]):
    list_display = ("event_id", "source", "received_at")
    list_filter = ("source",)
    search_fields = ("event_id",)
    date_hierarchy = "received_at"


@admin.register(Connection)
class ConnectionAdmin(ReadOnlyAdmin[Connection]):
    list_display = (
        "identity",
        "name",
        "room_name",
        "joined_at",
        "left_at",
        "aborted_at",
        "kind",
        "source",
    )
    list_filter = ("source", "is_plain", "is_established")
    search_fields = ("sid", "identity", "name", "room_name")
    show_full_result_count = False
