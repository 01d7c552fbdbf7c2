"""The pages' actions for marking and undoing, and the page of the history."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.decisions.forms import MarkForm, UndoForm
from attendance.decisions.history_page import HistoryPage
from attendance.decisions.marking import mark
from attendance.decisions.place import Place
from attendance.decisions.refused_marks import keep_refused_mark
from attendance.decisions.rights import Rights
from attendance.decisions.said_in_history import SaidInHistory
from attendance.decisions.undoing import undo
from attendance.models import Attendance, Status
from core.errors import RuleBroken
from core.names import isolated
from events.models import User
from events.pages import action, read_page, shown_event, shown_participant
from events.permissions import Viewer
from sessions_app.pages import shown_session

# Writes a decision, and returns the id of the participant to whose row the page jumps.
Decide = Callable[[HttpRequest, Place, Rights, User], int | None]


def _views_for_both_places(decide: Decide) -> tuple[Any, Any]:
    """Return the views that decide at a session, and about course results."""

    @action(back="session")
    @wraps(decide)
    def at_session(request: HttpRequest, user: User, session_id: int) -> str | None:
        session = shown_session(request, user, session_id)
        return _decide_at(request, user, Place(session.event, session))

    @action(back="event_attendance")
    @wraps(decide)
    def about_event(request: HttpRequest, user: User, event_id: int) -> str | None:
        event = shown_event(request, user, event_id)
        return _decide_at(request, user, Place(event, None))

    def _decide_at(request: HttpRequest, user: User, place: Place) -> str | None:
        rights = Rights.of(Viewer.of(user), place.event)
        rights.must_mark(place)
        person = decide(request, place, rights, user)
        return f"#p{person}" if person else None

    return at_session, about_event


def _mark(request: HttpRequest, place: Place, rights: Rights, user: User) -> int | None:
    try:
        decisions = _mark_all(request, place, rights, user)
    except RuleBroken as refusal:
        keep_refused_mark(request, place)
        if len(request.POST.getlist("participant")) > 1:
            refusal.message = _("Nobody was marked. %(reason)s") % {"reason": refusal}
        raise
    messages.success(request, _success_message(decisions))
    return decisions[0].participant_id if len(decisions) == 1 else None


def _mark_all(
    request: HttpRequest, place: Place, rights: Rights, user: User
) -> list[Attendance]:
    form = MarkForm(request.POST, event=place.event)
    form.or_refuse()
    rights.must_mark(place, source=form.source)
    return mark(place, form.marks, source=form.source, by=user, now=timezone.now())


def _success_message(decisions: list[Attendance]) -> str:
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
    text = _("Undone. %(name)s is now: %(status)s.") % {
        "name": isolated(change.participant.name),
        "status": decision.get_status_display(),
    }
    messages.success(request, text)
    return int(change.participant_id)


mark_at_session, mark_about_event = _views_for_both_places(_mark)
undo_at_session, undo_about_event = _views_for_both_places(_undo)


@read_page
def history(request: HttpRequest, user: User, participant_id: int) -> HttpResponse:
    person = shown_participant(request, user, participant_id)
    page = HistoryPage(
        person,
        session=request.GET.get("session", ""),
        page=request.GET.get("page"),
    )
    rights = Rights.of(Viewer.of(user), person.event)
    is_own = not rights.reads_all
    said = SaidInHistory.of(
        person,
        with_contests=rights.organizes or is_own,
        with_reasons=rights.decides or is_own,
    )
    context = {"history": page, "said": said, "page": "events"}
    return render(request, "attendance/decisions/history.html", context)
