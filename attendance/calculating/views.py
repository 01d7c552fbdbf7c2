"""The actions on a session's report that calculate it."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.calculating.sessions import (
    calculate_session,
    count_empty_as_absent,
    take_back_held,
)
from attendance.models import SessionCalculation, Status
from attendance.report_rows.automatic import is_calculated_by_itself
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
        calculation = SessionCalculation.objects.filter(session=session).first()
        if is_calculated_by_itself(session, calculation, now=timezone.now()):
            text = _("The calculation failed. It will be retried automatically.")
        else:
            text = _("The calculation failed.")
        messages.error(request, text)
    else:
        messages.info(
            request,
            _("It is being calculated right now. Refresh the page in a moment."),
        )


@action(back="session")
def count_as_absent(request: HttpRequest, user: User, session_id: int) -> None:
    session = shown_organized_session(request, user, session_id)
    changes = count_empty_as_absent(session, actor=user)
    number = sum(change.to_status == Status.ABSENT for change in changes)
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


@action(back="session")
def take_back(request: HttpRequest, user: User, session_id: int) -> None:
    session = shown_organized_session(request, user, session_id)
    take_back_held(session, actor=user)
    text = _("Undone: it is open again whether the session was held.")
    messages.success(request, text)
