"""Helpers of pages about one session, as in ``events/pages.py``."""

from django.http import HttpRequest

from events.accounts.language import use_language
from events.models import User
from events.permissions import Viewer
from sessions_app.lookups import visible_session
from sessions_app.models import LiveSession


def shown_session(request: HttpRequest, user: User, session_id: int) -> LiveSession:
    """Return a session that the user may see; use its organization's language."""
    session = visible_session(user, session_id)
    use_language(request, session.event.organization.language)
    return session


def shown_organized_session(
    request: HttpRequest, user: User, session_id: int
) -> LiveSession:
    """Return a session of an event that the user organizes.

    Raises:
        NotAllowed: the user may only see it.
    """
    session = shown_session(request, user, session_id)
    Viewer.of(user).must_organize(session.event.organization_id)
    return session
