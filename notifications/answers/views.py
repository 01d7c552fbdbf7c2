"""The pages of an event's answers: who was asked and what they said; asking by hand.

Source: docs/rules.md 194, 195.
"""

from collections.abc import Sequence

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.errors import RuleBroken
from events.models import User
from events.pages import (
    confirm_page,
    form_page,
    organized_event,
    read_page,
    shown_event,
)
from events.permissions import Viewer
from notifications.answers.answers_page import AnswersPage
from notifications.answers.asking_in_words import along
from notifications.prompts.by_hand import (
    REACHED,
    Plan,
    ask_by_hand,
    plan_by_hand,
    why_not,
)


@read_page
def answers(request: HttpRequest, user: User, event_id: int) -> HttpResponse:
    event = shown_event(request, user, event_id)
    viewer = Viewer.of(user)
    viewer.must_belong_to(event.organization_id)
    about = AnswersPage(
        event,
        viewer,
        now=timezone.now(),
        chosen=request.GET.get("show", ""),
        page=request.GET.get("page"),
    )
    context = {"event": event, "about": about, "page": "events"}
    return render(request, "notifications/answers/answers.html", context)


@form_page
def ask(request: HttpRequest, user: User, event_id: int) -> HttpResponse:
    """Ask people by hand, after saying how many that are."""
    event = organized_event(request, user, event_id)
    now = timezone.now()
    back = reverse("answers", args=[event.pk])
    if request.method == "POST":
        try:
            plans = ask_by_hand(event, by=user, now=now)
            messages.success(request, _asked_in_words(_number(plans)))
        except RuleBroken as refusal:
            messages.error(request, str(refusal))
        return redirect(back)
    refused = why_not(event, now)
    plans = [] if refused else plan_by_hand(event)
    if refused or not _number(plans):
        messages.error(request, str(refused or _("There is nobody to ask.")))
        return redirect(back)
    return confirm_page(
        request,
        title=_("Ask now"),
        above=[event.organization.name, event.title],
        lead=_lead(_number(plans)),
        along=along(plans),
        submit=_("Ask now"),
        keep=_("Do not ask"),
        back=back,
    )


def _number(plans: Sequence[Plan]) -> int:
    """Return how many are asked."""
    return sum(plan.outcome in REACHED for plan in plans)


def _lead(number: int) -> str:
    text = ngettext(
        "%(number)d person is asked now whether they attended, or how it was.",
        "%(number)d people are asked now whether they attended, or how it was.",
        number,
    )
    return text % {"number": number}


def _asked_in_words(number: int) -> str:
    if not number:
        return _("There was nobody left to ask.")
    text = ngettext(
        "%(number)d person is asked.", "%(number)d people are asked.", number
    )
    return text % {"number": number}
