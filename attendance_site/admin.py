"""A fix for the admin of django-celery-beat, which crashes on a certain input."""

from typing import Any

from django.contrib import admin
from django_celery_beat.admin import PeriodicTaskAdmin, PeriodicTaskForm
from django_celery_beat.models import PeriodicTask


class ForgivingTaskForm(PeriodicTaskForm):  # type: ignore[misc]
    """The package's form, whose ``clean`` needs a valid name of a task."""

    def clean(self) -> dict[str, Any]:
        """Clean with an empty name if it was not valid, which would crash."""
        self.cleaned_data.setdefault("task", "")
        cleaned: dict[str, Any] = super().clean()
        return cleaned


admin.site.unregister(PeriodicTask)


@admin.register(PeriodicTask)
class ForgivingTaskAdmin(PeriodicTaskAdmin):  # type: ignore[misc]
    """The package's admin, with that form."""

    form = ForgivingTaskForm
