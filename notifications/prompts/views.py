"""The pages that the links of a prompt's mail open, without signing in.

Opening one writes nothing: mail scanners open links, too.

Source: docs/rules.md 181, 185, 186.
"""

from datetime import datetime
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone

from attendance.contests.contesting import contest
from attendance.contests.forms import ContestForm
from attendance.contests.views import decisions
from core.errors import RuleBroken
from core.row_ids import NOBODYS, row_id
from events.accounts.clocks import ClocksOfPlace, use_clocks
from events.accounts.language import use_language
from events.invitations.starting import start_account
from events.models import Participant
from events.people.mailboxes import mail_language
from events.roster.privacy import set_privacy
from events.secret_pages import secret_page
from notifications.prompts.answer_form import AnswerForm, PrivacyForm
from notifications.prompts.answer_page import AnswerPage
from notifications.prompts.keeping import form_of, keep
from notifications.prompts.links import place_of
from notifications.prompts.opting_out import opt_in, opt_out, opt_outs_of
from notifications.prompts.snoozing import snooze

GONE = "notifications/prompts/no_such_link.html"


@secret_page("GET", "HEAD", "POST", gone=GONE)
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether somebody attended, and how it was; a POST keeps what they say."""
    now = timezone.now()
    page = AnswerPage(_place(request, token, now), token, now=now)
    if request.method != "POST":
        return _shown(request, page, _form(page, request))
    do = _ACTIONS.get(request.POST.get("do", ""), _answer)
    return do(request, page, now)


def _answer(request: HttpRequest, page: AnswerPage, now: datetime) -> HttpResponse:
    form = AnswerForm(request.POST, place=page.place, question=page.question)
    if not form.is_valid():
        return _shown(request, page, form)
    try:
        keep(form, page, by=None, now=now)
    except RuleBroken as refusal:
        return _shown(request, page, form, refusal)
    return redirect("answer", page.token)


def _snooze(request: HttpRequest, page: AnswerPage, now: datetime) -> HttpResponse:
    first = page.place.prompts.filter(number=1).first()
    try:
        if first:
            snooze(first, now=now)
    except RuleBroken as refusal:
        return _shown(request, page, _form(page, request), refusal)
    return redirect("answer", page.token)


def _set_privacy(request: HttpRequest, page: AnswerPage, now: datetime) -> HttpResponse:
    form = PrivacyForm(request.POST)
    form.is_valid()
    set_privacy(page.place, changes=form.changes_of_privacy)
    return redirect("answer", page.token)


def _start_account(
    request: HttpRequest, page: AnswerPage, now: datetime
) -> HttpResponse:
    try:
        made = start_account(page.place.person)
    except RuleBroken as refusal:
        return _shown(request, page, _form(page, request), refusal)
    return redirect(urlsplit(made.url).path)


def _contest(request: HttpRequest, page: AnswerPage, now: datetime) -> HttpResponse:
    """Contest one of the decisions that the page shows."""
    own = decisions().filter(participant=page.place)
    pk = row_id(request.POST.get("decision", "")) or NOBODYS
    decision = get_object_or_404(own, pk=pk)
    form = ContestForm(request.POST)
    if not form.is_valid():
        page.contested, page.contest_form = decision.pk, form
        return _shown(request, page, _form(page, request))
    try:
        contest(decision, text=form.cleaned_data["text"], by=None, now=now)
    except RuleBroken as refusal:
        return _shown(request, page, _form(page, request), refusal)
    return redirect("answer", page.token)


_ACTIONS = {
    "contest": _contest,
    "snooze": _snooze,
    "privacy": _set_privacy,
    "account": _start_account,
}


def _form(page: AnswerPage, request: HttpRequest) -> AnswerForm:
    return form_of(page, request.GET.dict())


def _shown(
    request: HttpRequest,
    page: AnswerPage,
    form: AnswerForm,
    refusal: RuleBroken | None = None,
) -> HttpResponse:
    context = {"about": page, "form": form, "refusal": refusal}
    status = refusal.status if refusal else 200
    return render(request, "notifications/prompts/answer.html", context, status=status)


@secret_page("GET", "HEAD", "POST", gone=GONE)
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Stop such mails, or take it back; a bare POST of a mail program stops them."""
    place = _place(request, token, timezone.now(), even_of_cancelled=True)
    organization = place.event.organization
    if request.method == "POST":
        back, stop = request.POST.get("take_back"), request.POST.get("stop")
        change = opt_in if back else opt_out
        change(place.email, None if "all" in (back, stop) else organization)
    stopped = {row.organization_id for row in opt_outs_of(place.email)}
    context = {
        "organization": organization,
        "token": token,
        "is_stopped": organization.pk in stopped,
        "all_are_stopped": None in stopped,
    }
    return render(request, "notifications/prompts/unsubscribe.html", context)


def _place(
    request: HttpRequest,
    token: str,
    now: datetime,
    *,
    even_of_cancelled: bool = False,
) -> Participant:
    """Return whose link it is, and use their language and clocks.

    Raises:
        Http404: It is nobody's, or over.
    """
    place = place_of(token, now=now, even_of_cancelled=even_of_cancelled)
    use_clocks(ClocksOfPlace(place))
    use_language(request, mail_language(place))
    return place
