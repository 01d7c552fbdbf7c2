"""Pages on which people contest decisions, and on which organizers settle that.

Source: docs/rules.md 191, 192.
"""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from attendance.contests.contesting import contest, settle
from attendance.contests.forms import ContestForm, SettleContestForm
from attendance.contests.list_page import ContestsPage
from attendance.contests.own_page import OwnContestPage
from attendance.contests.reading import contests as all_contests
from attendance.decisions.place import Place
from attendance.decisions.ways_back import way_back
from attendance.models import Attendance
from core.errors import RuleBroken
from events.accounts.language import use_language
from events.models import Organization, User
from events.pages import form_page, page, posted, read_page, shown_organization
from events.permissions import Viewer


@form_page
def contest_page(request: HttpRequest, user: User, attendance_id: int) -> HttpResponse:
    own = decisions().filter(participant__person__user=user)
    decision = get_object_or_404(own, pk=attendance_id)
    use_language(request, decision.event.organization.language)
    return contest_form_page(request, decision, by=user)


def decisions() -> QuerySet[Attendance]:
    """Return all decisions, with what the page of one needs loaded."""
    return Attendance.objects.select_related(
        "participant__person", "session__event__organization", "event__organization"
    )


def contest_form_page(
    request: HttpRequest, decision: Attendance, *, by: User | None, token: str = ""
) -> HttpResponse:
    """Show the page of a decision; a POST contests it.

    Args:
        request: The request.
        decision: One of ``decisions``, of the person who asks.
        by: The account that is signed in; None on a personal link.
        token: That of the personal link; empty for who is signed in.
    """
    now = timezone.now()
    form = ContestForm(posted(request))
    if form.write(
        lambda: contest(decision, text=form.cleaned_data["text"], by=by, now=now)
    ):
        if token:
            return redirect("contest_personally", token, decision.pk)
        return redirect("contest", decision.pk)
    context = {
        "about": OwnContestPage(decision, now=now),
        "form": form,
        "token": token,
        "base": "events/public/bare.html" if token else "base.html",
    }
    return render(request, "attendance/contests/own.html", context)


@read_page
def contests(request: HttpRequest, user: User, organization_id: int) -> HttpResponse:
    """List what people contest, for organizers."""
    organization = shown_organization(request, user, organization_id)
    Viewer.of(user).must_organize(organization.pk)
    list_page = ContestsPage(
        organization,
        state=request.GET.get("state", ""),
        event=request.GET.get("event", ""),
        page=request.GET.get("page"),
    )
    context = {"about": list_page, "organization": organization, "page": "events"}
    return render(request, "attendance/contests/list.html", context)


@page("POST")
def settle_contest(request: HttpRequest, user: User, contest_id: int) -> HttpResponse:
    viewer = Viewer.of(user)
    visible = all_contests().filter(
        organization__in=Organization.objects.visible_to(user)
    )
    found = get_object_or_404(visible, pk=contest_id)
    viewer.must_organize(found.organization_id)
    decision = found.attendance
    use_language(request, decision.event.organization.language)
    try:
        sent = SettleContestForm(request.POST).or_refuse()
        settle(
            found,
            status=sent["status"] or None,
            notes=sent["notes"],
            by=user,
            now=timezone.now(),
            may_unlock=viewer.administers(found.organization_id),
        )
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Settled."))
    place = Place(decision.event, decision.session)
    return redirect(way_back(request, place, decision.participant))
