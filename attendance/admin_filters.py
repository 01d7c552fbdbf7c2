"""Text filters of the admin, where there are too many values for a list."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class TextFilter(admin.SimpleListFilter):
    """Filters for rows in one of whose ``columns`` the text occurs, in any case."""

    template = "admin/attendance/text_filter.html"
    columns: ClassVar[tuple[str, ...]] = ()

    def lookups(
        self, request: HttpRequest, model_admin: "admin.ModelAdmin[Any]"
    ) -> list[tuple[str, str]]:
        """Return one choice: without any the admin would not show the filter."""
        return [("", "")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Return the matching rows; all of them without a text."""
        text = (self.value() or "").strip()
        if not text:
            return queryset
        condition = Q()
        for column in self.columns:
            condition |= Q(**{f"{column}__icontains": text})
        return queryset.filter(condition)

    def choices(self, changelist: ChangeList) -> Iterator[Any]:
        """Yield the context of the template: other filters to keep, and the text."""
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
    """Filters by a person's name or email address."""

    title, parameter_name = _("person"), "person"
    columns = ("participant__person__name", "participant__person__email")


class OfEvent(TextFilter):
    """Filters by an event's title."""

    title, parameter_name = _("event"), "event_title"
    columns = ("participant__event__title",)


class OfActor(TextFilter):
    """Filters by the user who made a change."""

    title, parameter_name = _("actor"), "actor_name"
    columns = ("actor__username", "actor__email", "actor__first_name")
