"""The pages of an account's own record, and what belongs to it."""

from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from attendance.feedback.giving import FEWEST_STARS, MOST_STARS
from attendance.models import Status
from attendance.own_record.history import history_of, read_entries
from attendance.own_record.lines import common_zone, lines_of
from attendance.own_record.profile import shown_to_outsiders, stands_for_several
from core.errors import RuleBroken
from core.row_ids import row_id
from events import services
from events.invitations.notices import InvitationNotice
from events.models import Organization, Participant, User
from events.pages import form_page, page, posted, read_page, show_form
from events.roster.privacy import set_privacy
from notifications.own_page.forms import MailsForm
from notifications.own_page.own_page import LINES_A_PAGE, OwnPage
from notifications.own_page.place_page import PlacePage
from notifications.prompts.answer_form import AnswerForm, PrivacyForm
from notifications.prompts.keeping import form_of, keep
from notifications.prompts.opting_out import opt_in, opt_outs_of
from notifications.prompts.snoozing import snooze


@read_page
def own_record(request: HttpRequest, user: User) -> HttpResponse:
    context = {
        "about": OwnPage(user, now=timezone.now(), page=request.GET.get("page")),
        "invited": InvitationNotice.of(user),
        "stars": range(FEWEST_STARS, MOST_STARS + 1),
        "page": "own_record",
    }
    return render(request, "notifications/own_page/page.html", context)


# --- One place ------------------------------------------------------------------------


@form_page
def own_place(request: HttpRequest, user: User, place_id: int) -> HttpResponse:
    """Ask whether somebody attended, and how it was; a POST keeps what they say."""
    now = timezone.now()
    places = Participant.everybody.select_related(
        "event__organization", "person__user"
    ).filter(person__user=user)
    about = PlacePage(get_object_or_404(places, pk=place_id), "", now=now)
    if request.method != "POST":
        return _shown(request, about, form_of(about, request.GET.dict()))
    do = _ACTIONS.get(request.POST.get("do", ""), _answer)
    return do(request, user, about, now)


def _answer(
    request: HttpRequest, user: User, about: PlacePage, now: datetime
) -> HttpResponse:
    form = AnswerForm(request.POST, place=about.place, question=about.question)
    if not form.is_valid():
        return _shown(request, about, form)
    return _done(request, about, lambda: keep(form, about, by=user, now=now), form)


def _snooze(
    request: HttpRequest, user: User, about: PlacePage, now: datetime
) -> HttpResponse:
    first = get_object_or_404(about.place.prompts, number=1)
    return _done(request, about, lambda: snooze(first, now=now))


def _set_privacy(
    request: HttpRequest, user: User, about: PlacePage, now: datetime
) -> HttpResponse:
    form = PrivacyForm(request.POST)
    form.is_valid()
    set_privacy(about.place, changes=form.changes_of_privacy)
    messages.success(request, _("Saved."))
    return redirect("own_place", about.place.pk)


_ACTIONS = {"snooze": _snooze, "privacy": _set_privacy}


def _done(
    request: HttpRequest,
    about: PlacePage,
    act: Callable[[], object],
    form: AnswerForm | None = None,
) -> HttpResponse:
    try:
        act()
    except RuleBroken as refusal:
        return _shown(request, about, form or form_of(about, {}), refusal)
    return redirect("own_place", about.place.pk)


def _shown(
    request: HttpRequest,
    about: PlacePage,
    form: AnswerForm,
    refusal: RuleBroken | None = None,
) -> HttpResponse:
    context = {
        "about": about,
        "form": form,
        "refusal": refusal,
        "page": "own_record",
    }
    status = refusal.status if refusal else 200
    return render(request, "notifications/own_page/place.html", context, status=status)


# --- Mails ----------------------------------------------------------------------------


def _own_address(user: User) -> str:
    """Return the address whose mails the account decides on; "" without one."""
    return user.email if user.email_verified_at else ""


@form_page
def own_mails(request: HttpRequest, user: User) -> HttpResponse:
    """Whether the account is asked by mail, and what its address has stopped."""
    form = MailsForm(posted(request), row=user)
    if form.write(lambda: services.update_account(user=user, changes=form.changes)):
        messages.success(request, _("Saved."))
        return redirect("own_mails")
    address = _own_address(user)
    return show_form(
        request,
        form,
        template="notifications/own_page/mails.html",
        page="own_record",
        title=_("Mails after events"),
        submit=_("Save"),
        back=reverse("own_record"),
        stopped=opt_outs_of(address) if address else [],
    )


@page("POST")
def take_mails_again(request: HttpRequest, user: User) -> HttpResponse:
    """Take back that the account's address wants no mails, of one or of all."""
    address, of = _own_address(user), request.POST.get("of", "")
    pk = row_id(of)
    if address and of == "all":
        opt_in(address, None)
    elif address and pk is not None:
        opt_in(address, get_object_or_404(Organization, pk=pk))
    messages.success(request, _("Saved."))
    return redirect("own_mails")


# --- What others see ------------------------------------------------------------------


@read_page
def own_profile(request: HttpRequest, user: User) -> HttpResponse:
    """Show what others who are signed in see of the account."""
    now = timezone.now()
    mine = Q(participant__person__user=user) & shown_to_outsiders(user.pk)
    shown = Paginator(history_of(mine, now=now), LINES_A_PAGE).get_page(
        request.GET.get("page")
    )
    lines = lines_of(read_entries(shown, now=now), now=now)
    context = {
        "list": shown,
        "lines": lines,
        "zone": common_zone(lines),
        "statuses": list(Status.values),
        "several": stands_for_several(user.pk),
        "page": "own_record",
    }
    return render(request, "notifications/own_page/profile.html", context)
