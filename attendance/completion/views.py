"""The pages that complete and reopen an event."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.completion.completing import complete_event, reopen_event
from attendance.completion.confirm_page import ConfirmPage
from attendance.completion.outlook import Outlook
from core.errors import RuleBroken
from events.models import Event, EventState, User
from events.pages import action, form_page, organized_event


@form_page
def complete(request: HttpRequest, user: User, event_id: int) -> HttpResponse:
    """Complete an event; ask before, if anything about it is undecided."""
    event = organized_event(request, user, event_id)
    is_sent = request.method == "POST"
    is_confirmed = is_sent and "confirmed" in request.POST
    if event.state == EventState.SCHEDULED and not is_confirmed:
        outlook = Outlook.of(event, now=timezone.now())
        if not is_sent:
            asked = ConfirmPage(outlook)
            context = {"event": event, "asked": asked, "page": "events"}
            return render(request, "attendance/completion/complete.html", context)
        if outlook.asks:
            return redirect("complete_event", event.pk)
    if is_sent:
        _complete(request, event)
    return redirect("event_attendance", event.pk)


def _complete(request: HttpRequest, event: Event) -> None:
    try:
        number = complete_event(event=event, now=timezone.now()).changes.total()
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
        return
    text = ngettext(
        "The event is completed: %(number)d decision changed.",
        "The event is completed: %(number)d decisions changed.",
        number,
    )
    nothing = _("The event is completed: no decision changed.")
    messages.success(request, text % {"number": number} if number else nothing)


@action(back="event_attendance")
def reopen(request: HttpRequest, user: User, event_id: int) -> None:
    event = organized_event(request, user, event_id)
    reopen_event(event=event, by=user, now=timezone.now())
    messages.success(
        request, _("The event is reopened. Decisions made by people were kept.")
    )
