"""Every page, in every state that it can be in, and who looks at it."""

from http import HTTPStatus
from typing import NamedTuple

from django.urls import URLPattern, URLResolver, get_resolver, reverse

from events.models import User
from tests.browser.school import School

# Not pages of ours, or none at all.
ELSEWHERE = ("admin/", "api/", "health/", "webhooks/")
# What is only sent to: it answers with a page that stands below.
ACTIONS = {
    "calculate",
    "cancel_session",
    "count_as_absent",
    "restore_session",
    "sign_out",
}


class Seen(NamedTuple):
    """A page: its route, what it is about, and whoever sees it."""

    route: str
    about: str = ""
    who: str = "organizer"
    query: str = ""
    status: int = HTTPStatus.OK

    def path(self, school: School) -> str:
        subject = [school.subjects[self.about].pk] if self.about else []
        return reverse(self.route, args=subject) + self.query

    def user(self, school: School) -> User | None:
        return getattr(school, self.who) if self.who else None


PAGES = {
    "sign-in": Seen("home", who=""),
    "sessions": Seen("home"),
    "sessions of an attendee": Seen("home", who="attendee"),
    "sessions of a newcomer": Seen("home", who="newcomer"),
    "not theirs to see": Seen(
        "session", "calculated", "newcomer", status=HTTPStatus.NOT_FOUND
    ),
}
REPORTS = {
    state: Seen("session", state)
    for state in (
        "ahead",
        "running",
        "ended",
        "calculated",
        "nobody seen",
        "cancelled",
        "failed",
        "without roster",
    )
} | {
    "chosen by status": Seen("session", "calculated", query="?status=late"),
    "chosen, and nobody fits": Seen("session", "calculated", query="?q=zzz"),
    "calculated, for a viewer": Seen("session", "calculated", "viewer"),
    "calculated, for an attendee": Seen("session", "calculated", "attendee"),
}


def routes() -> set[str]:
    """The names of all routes of pages; a route without a name by its pattern."""
    return set(_names(get_resolver(), ""))


def _names(resolver: URLResolver, before: str) -> list[str]:
    found: list[str] = []
    for entry in resolver.url_patterns:
        pattern = (before + str(entry.pattern)).lstrip("^")
        if pattern.startswith(ELSEWHERE):
            continue
        if isinstance(entry, URLResolver):
            found += _names(entry, pattern)
        elif isinstance(entry, URLPattern):
            found.append(entry.name or pattern)
    return found
