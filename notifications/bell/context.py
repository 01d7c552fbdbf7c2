"""The bell in the head of every page."""

from collections.abc import Callable
from functools import cache

from django.http import HttpRequest
from django.utils import timezone

from events.models import User
from notifications.bell.listing import number_new


def bell(request: HttpRequest) -> dict[str, Callable[[], int]]:
    """Return how many notifications are new, which costs a query once it is shown."""

    @cache
    def new_notifications() -> int:
        # Pages of errors may be made before anybody was authenticated.
        user = getattr(request, "user", None)
        return number_new(user, now=timezone.now()) if isinstance(user, User) else 0

    return {"new_notifications": new_notifications}
