"""Looking up sessions by id, as in ``events/lookups.py``."""

from django.shortcuts import get_object_or_404

from events.models import User
from events.permissions import Viewer
from sessions_app.models import LiveSession


def visible_session(user: User, pk: int) -> LiveSession:
    """Return a session that the user may see, with its event and organization.

    Raises:
        Http404: it does not exist, or the user may not see it.
    """
    sessions = LiveSession.objects.visible_to(user)
    return get_object_or_404(sessions.select_related("event__organization"), pk=pk)


def organized_session(viewer: Viewer, pk: int) -> LiveSession:
    """Return a session of an event that the viewer organizes.

    Raises:
        Http404: it does not exist, or the viewer may not see it.
        NotAllowed: the viewer may only see it.
    """
    session = visible_session(viewer.user, pk)
    viewer.must_organize(session.event.organization_id)
    return session
