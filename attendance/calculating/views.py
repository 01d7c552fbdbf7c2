"""The actions on a session's report that calculate it."""

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.calculating.sessions import (
    calculate_session,
    say_held,
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
    changes = say_held(session, actor=user, now=timezone.now())
    if changes is None:
        messages.info(request, _("It is known already that this session was held."))
        return
    number = sum(change.to_status == Status.ABSENT for change in changes)
    counted = ngettext(
        "%(number)d person counts as absent.",
        "%(number)d people count as absent.",
        number,
    )
    nobody = _("It was held; nobody else counts as absent.")
    messages.success(request, counted % {"number": number} if number else nobody)


@action(back="session")
def take_back(request: HttpRequest, user: User, session_id: int) -> None:
    session = shown_organized_session(request, user, session_id)
    if take_back_held(session, actor=user, now=timezone.now()) is None:
        messages.info(request, _("Nobody had said that this session was held."))
    else:
        text = _("Undone: it is open again whether the session was held.")
        messages.success(request, text)
