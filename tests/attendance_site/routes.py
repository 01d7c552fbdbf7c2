"""The routes there are, by what the resolver knows, and what REST takes there."""

import re
from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

ROLES = (
    "anonymous",
    "stranger",
    "attendee",
    "host",
    "viewer",
    "organizer",
    "admin",
    "owner",
)

METHODS = ("get", "post", "put", "patch", "delete")

BODIES: dict[str, dict[str, Any]] = {
    "POST api/auth/token": {"username": "nobody", "password": "wrong"},
    "PATCH api/me": {"name": "New"},
    "POST api/organizations": {"name": "New"},
    "PATCH api/organizations/{organization}": {"name": "New"},
    "POST api/organizations/{organization}/members": {
        "username": "somebody",
        "role": "viewer",
    },
    "PATCH api/organizations/{organization}/members/{member}": {"role": "organizer"},
    "PUT api/organizations/{organization}/policy": {"grace_minutes": 5},
    "PUT api/organizations/{organization}/policy/{session_type}": {"grace_minutes": 5},
    "POST api/events": {
        "organization": "{organization}",
        "title": "New",
        "starts_at": "2026-03-02T10:00:00Z",
    },
    "PATCH api/events/{event}": {"title": "New"},
    "POST api/events/{event}/participants": {"name": "New"},
    "PATCH api/participants/{participant}": {"language": "ar"},
    "PATCH api/participants/{other}": {"name": "New"},
    "POST api/organizations/{organization}/people": {"name": "New"},
    "PATCH api/people/{person}": {"name": "New"},
    "PATCH api/people/{own}": {"name": "New"},
    "POST api/organizations/{organization}/invitations": {
        "email": "new@example.com",
        "role": "viewer",
    },
    "PATCH api/me/people/{own}": {"show_on_leaderboard": True},
    "PUT api/me/events/{event}/attendance": {"attended": True},
    "PUT api/me/events/{event}/feedback": {"rating": 5},
    "PATCH api/me/events/{event}/privacy": {"show_on_profile": False},
    "POST api/events/{event}/attendance/bulk": {
        "marks": [{"participant": "{participant}", "status": "late"}]
    },
    "PATCH api/participants/{participant}/attendance": {"status": "late"},
    "POST api/participants/{participant}/check-in": {"session": "{past}"},
    "PATCH api/participants/{other}/attendance": {
        "status": "late",
        "session": "{session}",
    },
    "POST api/check-in": {"code": "BBBBBBC"},
    "POST api/me/attendance/{decision}/contest": {"text": "I was there."},
    "POST api/contests/{contest}/settle": {"notes": "It stays."},
    "PUT api/organizations/{organization}/points": {"present": 5},
    "POST api/sessions": {
        "event": "{event}",
        "title": "New",
        "starts_at": "2026-03-02T10:00:00Z",
        "ends_at": "2026-03-02T11:00:00Z",
    },
    "PATCH api/sessions/{session}": {"title": "New"},
    "POST api/sessions/{past}/end": {"ended_at": "2026-03-02T10:30:00Z"},
    "POST api/sessions/{session}/join-token": {"participant": "{participant}"},
    "POST api/sessions/{past}/unmatched/link": {
        "identity": "guest",
        "participant": "{participant}",
    },
    "POST api/sessions/{past}/unmatched/unlink": {"identity": "linked guest"},
    "PUT api/events/{event}/policy": {"grace_minutes": 5},
    "PUT api/sessions/{session}/policy": {"grace_minutes": 5},
}


def patterns(
    known: list[Any] | None = None, prefix: str = ""
) -> Iterator[tuple[str, URLPattern]]:
    """Yield each path that the resolver knows, with its parameters, and its pattern."""
    for pattern in get_resolver().url_patterns if known is None else known:
        path = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern.url_patterns, path)
        elif isinstance(pattern, URLPattern):
            yield path, pattern


def routes() -> Iterator[str]:
    """Yield each path that can be asked for."""
    return (path for path, _pattern in patterns() if "^" not in path)


def api_routes() -> Iterator[tuple[str, Any]]:
    """Yield each path under api/ with its view class."""
    for path, pattern in patterns():
        if path.startswith("api/"):
            callback: Any = pattern.callback
            yield path, getattr(callback, "cls", None) or callback.view_class


def starred(path: str) -> str:
    """Put a star for each parameter of a path."""
    return re.sub(r"<[^>]+>|\{[^}]+\}", "*", path)


def fill(value: Any, ids: dict[str, object]) -> Any:
    """Put ids in the place of ``{names}``, also in bodies."""
    if isinstance(value, dict):
        return {key: fill(inner, ids) for key, inner in value.items()}
    if isinstance(value, list):
        return [fill(inner, ids) for inner in value]
    if isinstance(value, str) and value.startswith("{") and value.endswith("}"):
        return ids[value[1:-1]]
    return value.format_map(ids) if isinstance(value, str) else value
