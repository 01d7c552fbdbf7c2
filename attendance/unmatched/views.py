"""The actions on a report that link and unlink unmatched identities."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from attendance.reports.unmatched_panel import RefusedWalkIn
from attendance.unmatched.forms import IdentityForm, RosterForm, WalkInForm
from attendance.unmatched.linking import link_identity, unlink_identity
from core.errors import RuleBroken
from core.names import isolated
from events.models import Participant, User
from events.pages import action
from sessions_app.models import LiveSession
from sessions_app.pages import shown_organized_session


@action(back="session")
def link(request: HttpRequest, user: User, session_id: int) -> None:
    session = shown_organized_session(request, user, session_id)
    if "name" in request.POST:
        person = _add_walk_in(request, session, user)
    else:
        data = RosterForm(request.POST, event=session.event).or_refuse()
        person = link_identity(session=session, by=user, now=timezone.now(), **data)
    text = _("Linked to %(name)s, also for future sessions.")
    messages.success(request, text % {"name": isolated(person.name)})


def _add_walk_in(request: HttpRequest, session: LiveSession, user: User) -> Participant:
    """Add a walk-in; if that is refused, keep the values for the report's form.

    If somebody was chosen who is on the roster, the identity is linked to them.
    """
    form = WalkInForm(request.POST)
    try:
        identity = form.or_refuse()["identity"]
        walk_in = form.walk_in_to(session.event)
        there = session.event.participants.filter(person=walk_in.person).first()
        return link_identity(
            session=session,
            identity=identity,
            participant=there,
            walk_in=None if there else walk_in,
            by=user,
            now=timezone.now(),
        )
    except RuleBroken as refusal:
        RefusedWalkIn.keep(request, session, refusal)
        raise


@action(back="session")
def unlink(request: HttpRequest, user: User, session_id: int) -> None:
    session = shown_organized_session(request, user, session_id)
    identity = IdentityForm(request.POST).or_refuse()["identity"]
    unlink_identity(session=session, identity=identity, by=user, now=timezone.now())
    text = _("Unlinked. Choose below who it was.")
    messages.success(request, text)
