"""What a personal link opens: somebody's own page of an event, without signing in.

Opening a page writes nothing, and checks nobody in: mail scanners open links, too.
"""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from attendance.absences import views as absences
from attendance.contests import views as contests
from attendance.personal.personal_page import PersonalPage
from core.errors import RuleBroken
from events.accounts.clocks import ClocksOfPlace, use_clocks
from events.accounts.language import use_language
from events.models import Participant
from events.public.cancelling import cancel_own, may_cancel
from events.recording.views import take_answer
from events.roster.personal_links import place_of
from events.secret_pages import secret_page
from sessions_app.services import join_token


@secret_page("GET", "HEAD")
def personal(request: HttpRequest, token: str) -> HttpResponse:
    place = _place(request, token)
    page = PersonalPage(place, now=timezone.now(), page=request.GET.get("page"))
    return _shown(request, token, page)


@secret_page("GET", "HEAD", "POST")
def cancel_personally(request: HttpRequest, token: str) -> HttpResponse:
    """Show a page to confirm, then cancel the person's registration."""
    place, now = _place(request, token), timezone.now()
    if request.method != "POST":
        if not may_cancel(place, now):
            return redirect("personal", token)
        context = {"place": place, "event": place.event, "token": token}
        return render(request, "attendance/personal/cancel.html", context)
    try:
        cancel_own(place=place, now=now)
    except RuleBroken as refusal:
        return _shown(request, token, PersonalPage(place, now=now), refusal)
    return redirect("personal", token)


@secret_page("POST")
def consent_personally(request: HttpRequest, token: str) -> HttpResponse:
    """Give or withdraw the person's consent to being recorded."""
    place = _place(request, token)
    take_answer(request, place.person, by=None)
    return redirect("personal", token)


@secret_page("GET", "HEAD", "POST")
def contest_personally(
    request: HttpRequest, token: str, attendance_id: int
) -> HttpResponse:
    """Show a decision about the person; a POST contests it."""
    place = _place(request, token)
    own = contests.decisions().filter(participant=place)
    decision = get_object_or_404(own, pk=attendance_id)
    return contests.contest_form_page(request, decision, by=None, token=token)


@secret_page("GET", "HEAD", "POST")
def announce_personally(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the person announced; a POST announces an absence."""
    return absences.announce_form_page(
        request, _place(request, token), by=None, token=token
    )


@secret_page("POST")
def withdraw_personally(
    request: HttpRequest, token: str, absence_id: int
) -> HttpResponse:
    """Take an announced absence back."""
    place = _place(request, token)
    return absences.take_back(request, place, absence_id, token=token)


@secret_page("POST")
def join_personally(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the person needs to join the session that runs, or the next one."""
    place, now = _place(request, token), timezone.now()
    page = PersonalPage(place, now=now)
    session = page.joinable
    if session is None:
        return redirect("personal", token)
    try:
        joining = join_token(session=session, participant=place, now=now)
    except RuleBroken as refusal:
        return _shown(request, token, page, refusal)
    context = {"about": page, "session": session, "joining": joining, "token": token}
    return render(request, "attendance/personal/join.html", context)


def _place(request: HttpRequest, token: str) -> Participant:
    """Return whose link it is, and use their language and clocks.

    Raises:
        Http404: It is nobody's, or no longer theirs.
    """
    place = place_of(token)
    if place is None:
        raise Http404
    use_clocks(ClocksOfPlace(place))
    use_language(request, place.language or place.event.organization.language)
    return place


def _shown(
    request: HttpRequest,
    token: str,
    page: PersonalPage,
    refusal: RuleBroken | None = None,
) -> HttpResponse:
    context = {"about": page, "token": token, "refusal": refusal}
    status = refusal.status if refusal else 200
    return render(request, "attendance/personal/page.html", context, status=status)
