"""Marks the pages that somebody sees only because they are a superuser.

Source: docs/rules.md 144.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest

from events.models import Event, Membership, Organization, Participant, Person, User
from sessions_app.models import LiveSession

# Where the organization of a page stands, by the parameter of its path.
_ORGANIZATION_OF: dict[str, tuple[Any, str]] = {
    "organization_id": (Organization, "pk"),
    "member_id": (Membership, "organization"),
    "person_id": (Person, "organization"),
    "event_id": (Event, "organization"),
    "participant_id": (Participant, "event__organization"),
    "session_id": (LiveSession, "event__organization"),
}
# Pages that list what the reader may see of all organizations.
_LISTS = {"home", "events", "reports"}


def seen_as_superuser(request: HttpRequest) -> dict[str, Callable[[], bool]]:
    """Return what ``templates/base.html`` asks; only superusers cost a query."""
    return {
        "seen_as_superuser": lambda: _is_foreign(request),
        "sees_all_as_superuser": lambda: _lists_foreign(request),
    }


def _superuser(request: HttpRequest) -> User | None:
    """Return the reader if they are a superuser."""
    # Pages of errors may be made before anybody was authenticated.
    user = getattr(request, "user", None)
    return user if isinstance(user, User) and user.is_superuser else None


def _is_foreign(request: HttpRequest) -> bool:
    """Return whether a superuser has no role in the organization of the page."""
    user, match = _superuser(request), request.resolver_match
    if user is None or match is None:
        return False
    for name, (model, organization) in _ORGANIZATION_OF.items():
        if name in match.kwargs:
            ids = model.objects.filter(pk=match.kwargs[name]).values(organization)
            pages = Organization.objects.filter(pk__in=ids)
            return pages.exclude(memberships__user=user).exists()
    return False


def _lists_foreign(request: HttpRequest) -> bool:
    """Return whether the page lists organizations in which a superuser has no role."""
    user, match = _superuser(request), request.resolver_match
    if user is None or match is None or match.url_name not in _LISTS:
        return False
    return Organization.objects.exclude(memberships__user=user).exists()
