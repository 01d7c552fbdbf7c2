"""Filters of the admin by something written: there are too many people for a list."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class TextFilter(admin.SimpleListFilter):
    """Rows in one of whose ``columns`` the text occurs, in capitals or not."""

    template = "admin/attendance/text_filter.html"
    columns: ClassVar[tuple[str, ...]] = ()

    def lookups(
        self, request: HttpRequest, model_admin: "admin.ModelAdmin[Any]"
    ) -> list[tuple[str, str]]:
        """Something, or the filter would not be shown at all."""
        return [("", "")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the rows that are left."""
        text = (self.value() or "").strip()
        if not text:
            return queryset
        condition = Q()
        for column in self.columns:
            condition |= Q(**{f"{column}__icontains": text})
        return queryset.filter(condition)

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Yield what the form keeps of the other filters, and what is written."""
        kept = changelist.get_filters_params()
        yield {
            "kept": [
                (name, value)
                for name, values in kept.items()
                if name != self.parameter_name
                for value in (values if isinstance(values, list) else [values])
            ],
            "query": changelist.query,
            "text": self.value() or "",
            "without": changelist.get_query_string(remove=[self.parameter_name or ""]),
        }


class OfPerson(TextFilter):
    """By a person's name or address."""

    title, parameter_name = _("person"), "person"
    columns = ("participant__name", "participant__email")


class OfEvent(TextFilter):
    """By an event's title."""

    title, parameter_name = _("event"), "event_title"
    columns = ("participant__event__title",)


class OfActor(TextFilter):
    """By who did it."""

    title, parameter_name = _("actor"), "actor_name"
    columns = ("actor__username", "actor__email", "actor__first_name")
