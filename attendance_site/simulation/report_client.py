"""Reading a report from the running instance over REST."""

import http.client
import json
import urllib.request
from datetime import timedelta
from typing import Any

from django.conf import settings

from events.accounts.authentication import issue_token
from events.models import ORGANIZERS, Organization, User
from sessions_app.models import LiveSession

TOKEN_LIFETIME = timedelta(minutes=5)
TIMEOUT_SECONDS = 30


class NoReader(Exception):
    """There is no user who may read the report."""


class NoReport(Exception):
    """The report could not be read; the text says why."""


def reader_of(organization: Organization) -> User:
    """Return a user who may read all reports of an organization.

    Raises:
        NoReader: the organization has no active organizer.
    """
    reader = (
        User.objects.filter(
            is_active=True,
            memberships__organization=organization,
            memberships__role__in=ORGANIZERS,
        )
        .order_by("pk")
        .first()
    )
    if reader is None:
        raise NoReader(
            f"Nobody may read the reports of “{organization.slug}”. Make an account "
            "first: manage.py createsuperuser"
        )
    return reader


def read_report(session: LiveSession, reader: User) -> dict[str, Any]:
    """Return a session's report, read with a token that is revoked afterwards.

    Raises:
        NoReport: the report could not be read.
    """
    token, _ = issue_token(user=reader, lifetime=TOKEN_LIFETIME)
    try:
        report: dict[str, Any] = json.loads(
            _ask("GET", f"/api/sessions/{session.pk}/attendance", token)
        )
        return report
    finally:
        _ask("DELETE", "/api/auth/token", token)


def _ask(method: str, path: str, token: str) -> bytes:
    request = urllib.request.Request(  # noqa: S310
        settings.PUBLIC_URL + path,
        method=method,
        headers={"Authorization": f"Bearer {token}"},
    )
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310
            body: bytes = answer.read()
            return body
    except (OSError, http.client.HTTPException) as error:
        raise NoReport(f"{request.full_url}: {error}") from error
