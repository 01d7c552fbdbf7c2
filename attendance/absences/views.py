"""Pages on which people announce absences, and on which organizers confirm them.

Source: docs/rules.md 208, 209, 210.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.absences.announcing import announce, withdraw
from attendance.absences.forms import AnnounceForm, SettleAbsenceForm
from attendance.absences.list_page import AbsencesPage
from attendance.absences.own_page import OwnAbsencesPage
from attendance.absences.reading import absences
from attendance.absences.settling import place_of, settle
from attendance.decisions.rights import Rights
from attendance.decisions.ways_back import way_back
from attendance.models import AnnouncedAbsence
from attendance.rules.precedence import PARENT_REPORTED
from core.errors import RuleBroken
from core.names import isolated
from events.accounts.language import use_language
from events.models import Participant, User
from events.pages import form_page, page, posted, read_page, shown_organization
from events.permissions import Viewer


@form_page
def announce_absence(
    request: HttpRequest, user: User, participant_id: int
) -> HttpResponse:
    """Show the page of one of the account's own places; a POST announces."""
    return announce_form_page(
        request, _own_place(request, user, participant_id), by=user
    )


@page("POST")
def withdraw_absence(
    request: HttpRequest, user: User, participant_id: int, absence_id: int
) -> HttpResponse:
    place = _own_place(request, user, participant_id)
    return take_back(request, place, absence_id)


def _own_place(request: HttpRequest, user: User, participant_id: int) -> Participant:
    own = Participant.objects.in_reports().filter(person__user=user)
    places = own.select_related("event__organization", "person")
    place = get_object_or_404(places, pk=participant_id)
    use_language(request, place.event.organization.language)
    return place


def announce_form_page(
    request: HttpRequest, place: Participant, *, by: User | None, token: str = ""
) -> HttpResponse:
    """Show the page of a place; a POST announces an absence.

    Args:
        request: The request.
        place: The place of the person who asks.
        by: The account that is signed in; None on a personal link.
        token: That of the personal link; empty for who is signed in.
    """
    now = timezone.now()
    about = OwnAbsencesPage(place, now=now)
    form = AnnounceForm(posted(request), ahead=about.ahead, zone=about.zone)
    if form.write(
        lambda: announce(
            place,
            sessions=form.chosen,
            reason=form.cleaned_data["reason"],
            by=by,
            now=now,
        )
    ):
        return _back(place, token)
    return _shown(request, about, form, token)


def take_back(
    request: HttpRequest, place: Participant, absence_id: int, *, token: str = ""
) -> HttpResponse:
    """Withdraw one of a place's absences; as :func:`answer`."""
    own = AnnouncedAbsence.objects.select_related("participant")
    absence = get_object_or_404(own, participant=place, pk=absence_id)
    now = timezone.now()
    try:
        withdraw(absence, now=now)
    except RuleBroken as refusal:
        about = OwnAbsencesPage(place, now=now)
        form = AnnounceForm(None, ahead=about.ahead, zone=about.zone)
        return _shown(request, about, form, token, refusal)
    return _back(place, token)


def _shown(
    request: HttpRequest,
    about: OwnAbsencesPage,
    form: AnnounceForm,
    token: str,
    refusal: RuleBroken | None = None,
) -> HttpResponse:
    context = {
        "about": about,
        "form": form,
        "token": token,
        "refusal": refusal,
        "base": "events/public/bare.html" if token else "base.html",
    }
    status = refusal.status if refusal else 200
    return render(request, "attendance/absences/own.html", context, status=status)


def _back(place: Participant, token: str) -> HttpResponse:
    if token:
        return redirect("announce_personally", token)
    return redirect("announce_absence", place.pk)


@read_page
def announced_absences(
    request: HttpRequest, user: User, organization_id: int
) -> HttpResponse:
    organization = shown_organization(request, user, organization_id)
    about = AbsencesPage(
        organization,
        Viewer.of(user),
        state=request.GET.get("state", ""),
        event=request.GET.get("event", ""),
        page=request.GET.get("page"),
    )
    context = {"about": about, "organization": organization, "page": "events"}
    return render(request, "attendance/absences/list.html", context)


@page("POST")
def settle_absence(request: HttpRequest, user: User, absence_id: int) -> HttpResponse:
    """Confirm an absence, or not: for whoever may mark the person there."""
    visible = absences().filter(participant__in=Participant.objects.visible_to(user))
    absence = get_object_or_404(visible, pk=absence_id)
    place = place_of(absence)
    use_language(request, place.event.organization.language)
    Rights.of(Viewer.of(user), place.event).must_mark(place, source=PARENT_REPORTED)
    try:
        sent = SettleAbsenceForm(request.POST).or_refuse()
        settled = settle(
            absence,
            confirmed=sent["confirmed"] == "yes",
            with_others=sent["others"],
            by=user,
            now=timezone.now(),
        )
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _told(settled))
    return redirect(way_back(request, place, absence.participant))


def _told(settled: list[AnnouncedAbsence]) -> str:
    name = isolated(settled[0].participant.name)
    if not settled[0].confirmed:
        return _("Not confirmed. Nothing was marked for %(name)s.") % {"name": name}
    text = ngettext(
        "%(name)s is excused.",
        "%(name)s is excused from %(number)d sessions.",
        len(settled),
    )
    return text % {"name": name, "number": len(settled)}
