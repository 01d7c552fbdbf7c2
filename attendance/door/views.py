"""The pages of the door for its staff: list, scanned badge, walk-ins, badges, screen.

A GET of any of them writes nothing.
"""

import math
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from attendance.decisions.checking_in import check_in
from attendance.decisions.rights import Rights
from attendance.decisions.undoing import undo
from attendance.door.codes import grouped
from attendance.door.door_page import DoorPage
from attendance.door.forms import WalkInForm
from attendance.door.opening_hours import door_meant, doors_of, why_closed
from attendance.door.qr import qr_of
from attendance.door.self_check_in import address_of, code_of
from attendance.models import Attendance, AttendanceChange, CheckInMethod
from attendance.rules.precedence import CHECK_IN
from core.errors import RuleBroken
from core.names import isolated
from core.row_ids import row_id
from events.models import NOT_REGISTERED, Event, Participant, User
from events.pages import (
    form_page,
    organized_event,
    posted,
    read_page,
    show_form,
    shown_event,
)
from events.permissions import Viewer

BADGES_A_PAGE = 100
# Without JavaScript the screen of a closed door reloads after this time.
LOOK_AGAIN_SECONDS = 30
# Two taps on one row within this time are one.
DOUBLE_TAP = timedelta(seconds=2)


@form_page
def door(request: HttpRequest, user: User, event_id: int) -> HttpResponse:
    """Show the list of people; a POST checks one in, or undoes that."""
    page = _page(request, user, event_id)
    if request.method == "POST":
        if page.asks:
            _tell_nobody(request)
            return redirect(_address(page))
        undone = request.POST.get("undo", "")
        chosen = undone or request.POST.get("participant", "")
        person = _person(page.event, row_id(chosen))
        if undone:
            _undo(request, user, page, person)
        else:
            _check_in(request, user, page, person, CheckInMethod.STAFF)
        return redirect(f"{_address(page)}#p{person.pk}")
    return _show(request, user, "attendance/door/door.html", page)


@form_page
def door_person(
    request: HttpRequest, user: User, event_id: int, participant_id: int
) -> HttpResponse:
    """Show the person of a scanned badge; a POST checks them in, or undoes that."""
    page = _page(request, user, event_id)
    person = _person(page.event, participant_id)
    if request.method == "POST":
        if "undo" in request.POST:
            _undo(request, user, page, person)
        elif page.asks:
            _tell_nobody(request)
        else:
            _check_in(request, user, page, person, CheckInMethod.QR)
        return redirect(_address_of(page, person.pk))
    row = page.row_of(person.pk)
    return _show(request, user, "attendance/door/person.html", page, row=row)


@form_page
def door_walk_in(request: HttpRequest, user: User, event_id: int) -> HttpResponse:
    """Show the form for a walk-in; a POST adds them and checks them in.

    Whoever was searched in vain is the name to begin with.
    """
    event = organized_event(request, user, event_id)
    page = _page_of(request, event, sees_emails=True)
    if page.must_choose or (page.asks_day and request.method != "POST"):
        return _show(request, user, "attendance/door/which.html", page)
    # What was typed is kept, and asks whether they come for that day.
    not_today = page.not_today if page.asks_day else ""
    form = WalkInForm(
        posted(request), event=event, not_today=not_today, initial={"name": page.q}
    )
    now = timezone.now()
    if person := form.write(lambda: form.add_to(page.place, by=user, now=now)):
        _tell_inside(request, person)
        return redirect(f"{reverse('door', args=[event_id])}?{page.query}")
    return show_form(
        request,
        form,
        template="attendance/door/walk_in.html",
        event=event,
        door=page,
        known=form.on_roster and _person(event, form.on_roster),
        title=_("Add a walk-in"),
        above=[event.organization.name, event.title],
        lead=_("They are added to the roster and checked in."),
        submit=_("Add and check in"),
        back=_address(page),
    )


@read_page
def door_badges(request: HttpRequest, user: User, event_id: int) -> HttpResponse:
    """Show badges to print: a name, and a QR code of that person's page."""
    event = organized_event(request, user, event_id)
    people = event.participants.exclude(registration__in=NOT_REGISTERED)
    shown = Paginator(people.order_by("person__name", "pk"), BADGES_A_PAGE).get_page(
        request.GET.get("page")
    )
    badges = [
        (
            person,
            qr_of(
                settings.PUBLIC_URL + reverse("door_person", args=[event_id, person.pk])
            ),
        )
        for person in shown
    ]
    context = {"event": event, "people": shown, "badges": badges, "page": "events"}
    return render(request, "attendance/door/badges.html", context)


@read_page
def door_screen(request: HttpRequest, user: User, event_id: int) -> HttpResponse:
    """Show the changing code that attendees scan to check themselves in."""
    event = organized_event(request, user, event_id)
    now = timezone.now()
    code = code_of(event, now)
    left = (code.changes_at - now).total_seconds()
    context: dict[str, Any] = {"event": event, "page": "events"}
    door = door_meant(doors_of(event), now)
    if door is None or not door.is_open(now):
        context["closed"] = str(why_closed(door, now, to_staff=True))
        left = LOOK_AGAIN_SECONDS
    else:
        context |= {
            "session": door.session,
            "times": door.times,
            "code": grouped(code.text),
            "qr": qr_of(address_of(code)),
            "typed_at": settings.PUBLIC_URL.partition("://")[2] + reverse("type_code"),
        }
    context |= {"left": math.ceil(left)}
    return render(request, "attendance/door/screen.html", context)


# --- Shared parts ---------------------------------------------------------------------


def _page(request: HttpRequest, user: User, event_id: int) -> DoorPage:
    """Return the page of the door; raise NotAllowed if the user may not check in."""
    event = shown_event(request, user, event_id)
    viewer = Viewer.of(user)
    rights = Rights.of(viewer, event)
    rights.must_decide()
    page = _page_of(
        request, event, sees_emails=viewer.belongs_to(event.organization_id)
    )
    rights.must_mark(page.place)
    return page


def _page_of(request: HttpRequest, event: Event, *, sees_emails: bool) -> DoorPage:
    parameters = {
        name: request.POST.get(name) or request.GET.get(name, "")
        for name in ("session", "not_today", "q", "page")
    }
    return DoorPage(event, now=timezone.now(), sees_emails=sees_emails, **parameters)


def _person(event: Event, participant_id: int | None) -> Participant:
    person = get_object_or_404(event.participants, pk=participant_id)
    person.event = event
    return person


def _address(page: DoorPage) -> str:
    """Return the address of the list, with the same session and search."""
    return f"{reverse('door', args=[page.event.pk])}?{page.query_with_search}"


def _address_of(page: DoorPage, participant_id: int) -> str:
    """Return the address of one person at the door of the same session."""
    path = reverse("door_person", args=[page.event.pk, participant_id])
    return f"{path}?{_address(page).partition('?')[2]}"


def _check_in(
    request: HttpRequest,
    user: User,
    page: DoorPage,
    person: Participant,
    method: CheckInMethod,
) -> None:
    """Check somebody in, and show a message that says so, or why it was refused."""
    try:
        done = check_in(page.place, person, method=method, by=user, now=timezone.now())
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
        return
    if done.already:
        _tell_already_inside(request, person)
    else:
        _tell_inside(request, person)


def _undo(
    request: HttpRequest, user: User, page: DoorPage, person: Participant
) -> None:
    """Undo a check-in, unless something has been decided since."""
    now = timezone.now()
    if "meant" not in request.POST and _is_double_tap(page, person, user, now):
        text = _(
            "%(name)s is still checked in: two taps this close count as one. If you "
            "meant both, tap again."
        )
        messages.warning(request, text % {"name": isolated(person.name)})
        return
    change = AttendanceChange.objects.filter(
        participant=person, session=page.session
    ).first()
    if change is None or change.source != CHECK_IN:
        messages.error(request, _("There is no check-in to undo."))
        return
    try:
        undo(change, reason="", by=user, now=now)
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
        return
    text = _("The check-in of %(name)s was undone.")
    messages.success(request, text % {"name": isolated(person.name)})


def _is_double_tap(
    page: DoorPage, person: Participant, user: User, now: datetime
) -> bool:
    """Return whether the user checked this person in just before.

    The button then became "Undo" under the finger. JavaScript, which knows when the
    row was tapped, says with ``meant`` that it was not so.
    """
    return Attendance.objects.filter(
        participant=person,
        session=page.session,
        checked_in_by=user,
        check_in_received_at__gt=now - DOUBLE_TAP,
    ).exists()


def _tell_already_inside(request: HttpRequest, person: Participant) -> None:
    text = _("%(name)s was already checked in.")
    messages.info(request, text % {"name": isolated(person.name)})


def _tell_nobody(request: HttpRequest) -> None:
    messages.warning(request, _("Nobody was checked in yet."))


def _tell_inside(request: HttpRequest, person: Participant) -> None:
    text = _("%(name)s is checked in.")
    messages.success(request, text % {"name": isolated(person.name)})


def _show(
    request: HttpRequest, user: User, template: str, page: DoorPage, **context: Any
) -> HttpResponse:
    organizes = Viewer.of(user).organizes(page.event.organization_id)
    context |= {
        "event": page.event,
        "door": page,
        "may_organize": organizes,
        "page": "events",
    }
    return render(request, template, context)
