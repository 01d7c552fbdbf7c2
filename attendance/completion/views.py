"""The actions on an event's page that complete and reopen it."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.completion.completing import complete_event, reopen_event
from events.models import User
from events.pages import action, organized_event


@action(back="event_attendance")
def complete(request: HttpRequest, user: User, event_id: int) -> None:
    event = organized_event(request, user, event_id)
    number = complete_event(event=event, now=timezone.now()).changes.total()
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
