"""The admin of a package, where it crashes over what somebody sends."""

from typing import Any

from django.contrib import admin
from django_celery_beat.admin import PeriodicTaskAdmin, PeriodicTaskForm
from django_celery_beat.models import PeriodicTask


class ForgivingTaskForm(PeriodicTaskForm):  # type: ignore[misc]
    """The package's, which takes for granted that the name of a task is valid."""

    def clean(self) -> dict[str, Any]:
        """Let a name that is not be missing, instead of a crash."""
        self.cleaned_data.setdefault("task", "")
        cleaned: dict[str, Any] = super().clean()
        return cleaned


admin.site.unregister(PeriodicTask)


@admin.register(PeriodicTask)
class ForgivingTaskAdmin(PeriodicTaskAdmin):  # type: ignore[misc]
    """The package's, with that form."""

    form = ForgivingTaskForm
