"""The actions on a session's report that calculate it."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.calculating.sessions import calculate_session, count_empty_as_absent
from events.models import User
from events.pages import action
from sessions_app.pages import shown_organized_session


@action(back="session")
def calculate(request: HttpRequest, user: User, session_id: int) -> None:
    session = shown_organized_session(request, user, session_id)
    outcome = calculate_session(session, now=timezone.now(), force=True)
    if result := outcome.calculated.get(session.pk):
        done = ngettext(
            "Calculated: %(number)d decision changed.",
            "Calculated: %(number)d decisions changed.",
            result.changed,
        )
        nothing = _("Calculated: nothing changed.")
        text = done % {"number": result.changed} if result.changed else nothing
        messages.success(request, text)
    elif outcome.failed:
        messages.error(
            request, _("The calculation failed. It will be retried automatically.")
        )
    else:
        messages.info(
            request,
            _("It is being calculated right now. Refresh the page in a moment."),
        )


@action(back="session")
def count_as_absent(request: HttpRequest, user: User, session_id: int) -> None:
    session = shown_organized_session(request, user, session_id)
    number = len(count_empty_as_absent(session, actor=user))
    if number:
        text = ngettext(
            "%(number)d person counts as absent.",
            "%(number)d people count as absent.",
            number,
        )
        messages.success(request, text % {"number": number})
    else:
        messages.info(
            request, _("Nobody was counted as absent: somebody has been seen since.")
        )
