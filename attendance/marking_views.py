"""What people decide on pages: marks, taking them back, completing events."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.choice import Choice
from attendance.completion import complete_event, reopen_event
from attendance.forms import MarkForm, UndoForm
from attendance.marking import mark
from attendance.models import Attendance, Status
from attendance.refused_marks import keep_refused_mark
from attendance.rights import Rights
from attendance.rows import Place
from attendance.undoing import undo
from events.errors import NotAllowed, RuleBroken
from events.language import speak
from events.models import User
from events.names import isolated
from events.pages import action, organized_event, visible_event
from events.permissions import Viewer
from sessions_app.models import LiveSession

View = Callable[..., HttpResponseBase]
# Decides, and returns whose row the page then shows.
Decide = Callable[[HttpRequest, Place, Rights, User], int | None]


def _deciding(decide: Decide) -> tuple[View, View]:
    """Return the views that decide about a session and about an event as a whole.

    Both go back to the page with what was chosen there; what a rule refuses is told.
    """

    @action
    @wraps(decide)
    def at_session(request: HttpRequest, user: User, session_id: int) -> HttpResponse:
        sessions = LiveSession.objects.visible_to(user)
        session = get_object_or_404(
            sessions.select_related("event__organization"), pk=session_id
        )
        speak(request, session.event.organization.language)
        place = Place(session.event, session)
        return _decided(request, user, place, reverse("session", args=[session_id]))

    @action
    @wraps(decide)
    def about_event(request: HttpRequest, user: User, event_id: int) -> HttpResponse:
        place = Place(visible_event(request, user, event_id), None)
        address = reverse("event_attendance", args=[event_id])
        return _decided(request, user, place, address)

    def _decided(
        request: HttpRequest, user: User, place: Place, address: str
    ) -> HttpResponse:
        rights = Rights.of(Viewer.of(user), place.event)
        rights.must_mark(place)
        person = None
        try:
            person = decide(request, place, rights, user)
        except NotAllowed:
            raise
        except RuleBroken as refusal:
            messages.error(request, _refused(request, refusal))
        query = Choice.of(request.GET.dict()).query.removesuffix("?")
        page = request.GET.get("page", "")
        if page.isdecimal():
            query = f"{query}&page={page}" if query else f"?page={page}"
        return redirect(f"{address}{query}" + (f"#p{person}" if person else ""))

    return at_session, about_event


def _refused(request: HttpRequest, refusal: RuleBroken) -> str:
    if len(request.POST.getlist("participant")) > 1:
        return _("Nobody was marked. %(reason)s") % {"reason": refusal}
    return str(refusal)


def _mark(request: HttpRequest, place: Place, rights: Rights, user: User) -> int | None:
    form = MarkForm(request.POST, event=place.event)
    try:
        form.or_refuse()
        rights.must_mark(place, source=form.source)
        now = timezone.now()
        decisions = mark(place, form.marks, source=form.source, by=user, now=now)
    except RuleBroken:
        keep_refused_mark(request, place)
        raise
    messages.success(request, _marked(decisions))
    return decisions[0].participant_id if len(decisions) == 1 else None


def _marked(decisions: list[Attendance]) -> str:
    status = Status(decisions[0].status).label
    if len(decisions) == 1:
        name = isolated(decisions[0].participant.name)
        return _("%(name)s is marked: %(status)s.") % {"name": name, "status": status}
    number = len(decisions)
    text = ngettext(
        "%(number)d person is marked: %(status)s.",
        "%(number)d people are marked: %(status)s.",
        number,
    )
    return text % {"number": number, "status": status}


def _undo(request: HttpRequest, place: Place, rights: Rights, user: User) -> int | None:
    sent = UndoForm(request.POST, place=place).or_refuse()
    change = sent["change"]
    rights.must_undo(change)
    decision = undo(change, reason=sent["reason"], by=user, now=timezone.now())
    text = _("Taken back. %(name)s is now: %(status)s.") % {
        "name": isolated(change.participant.name),
        "status": decision.get_status_display(),
    }
    messages.success(request, text)
    return int(change.participant_id)


mark_at_session, mark_about_event = _deciding(_mark)
undo_at_session, undo_about_event = _deciding(_undo)


@action
def complete(request: HttpRequest, user: User, event_id: int) -> HttpResponse:
    """Complete the event now."""
    event = organized_event(request, user, event_id)
    try:
        done = complete_event(event=event, now=timezone.now())
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        number = done.changes.total()
        text = ngettext(
            "The event is completed: %(number)d decision changed.",
            "The event is completed: %(number)d decisions changed.",
            number,
        )
        nothing = _("The event is completed: no decision changed.")
        messages.success(request, text % {"number": number} if number else nothing)
    return redirect("event_attendance", event_id)


@action
def reopen(request: HttpRequest, user: User, event_id: int) -> HttpResponse:
    """Take its completion back."""
    event = organized_event(request, user, event_id)
    try:
        reopen_event(event=event, by=user, now=timezone.now())
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        text = _("The event is open again. What people decided stays.")
        messages.success(request, text)
    return redirect("event_attendance", event_id)
