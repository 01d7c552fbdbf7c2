"""The page that lists events, and forms of sessions."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import (
    Case,
    Count,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
)
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.errors import RuleBroken
from core.names import isolated
from core.row_ids import row_id
from core.times import day_and_time, short_day
from events.accounts.clocks import zone_of
from events.models import (
    EXPECTED,
    Event,
    EventState,
    Organization,
    Participant,
    User,
)
from events.pages import (
    action,
    confirm_page,
    form_page,
    organized_event,
    posted,
    read_page,
    show_form,
)
from events.permissions import Viewer
from sessions_app import services
from sessions_app.forms import (
    EndForm,
    SessionForm,
    suggested_mode,
    suggested_times,
)
from sessions_app.models import LiveSession
from sessions_app.pages import shown_organized_session
from sessions_app.rests import RESTS_AFTER
from sessions_app.signals import first_session_planned

EVENTS_A_PAGE = 50
FILTERS = ("organization", "state")

# --- Events ---------------------------------------------------------------------------


@read_page
def events(request: HttpRequest, user: User) -> HttpResponse:
    viewer = Viewer.of(user)
    seen = Event.objects.visible_to(user)
    states = set(seen.order_by().values_list("state", flat=True).distinct())
    context: dict[str, Any] = {
        "page": "events",
        "viewer": viewer,
        "organizations": organizations_of(seen, viewer),
        "states": [state for state in EventState if state in states],
        "chosen": {name: request.GET.get(name, "") for name in ("q", *FILTERS)},
        "organizes": viewer.organizes_somewhere,
        "belongs": viewer.belongs_somewhere,
        "any": bool(states),
    }
    listed = filtered(seen, context["chosen"]).select_related("organization")
    pages = Paginator(with_counts(listed, user, viewer), EVENTS_A_PAGE)
    shown = pages.get_page(request.GET.get("page"))
    context["events"] = shown
    context["rows"] = [(e, short_day(e.starts_at, zone_of(e))) for e in shown]
    return render(request, "sessions_app/events.html", context)


def organizations_of(
    seen: QuerySet[Event], viewer: Viewer
) -> list[tuple[Organization, bool, bool]]:
    """Return organizations to filter by.

    With each, whether the viewer belongs to it, and whether they administer it.

    The viewer's own are among them even without events.
    """
    own = Organization.objects.visible_to(viewer.user)
    others = Organization.objects.filter(pk__in=seen.values("organization"))
    return [
        (
            organization,
            viewer.belongs_to(organization.pk),
            viewer.administers(organization.pk),
        )
        for organization in (own | others)
    ]


def filtered(seen: QuerySet[Event], chosen: dict[str, str]) -> QuerySet[Event]:
    """Apply search and filters; ignore values that are not valid."""
    if words := chosen["q"].strip():
        seen = seen.filter(title__icontains=words)
    if (organization := row_id(chosen["organization"])) is not None:
        seen = seen.filter(organization=organization)
    if chosen["state"] in EventState.values:
        seen = seen.filter(state=chosen["state"])
    return seen


def with_counts(events: QuerySet[Event], user: User, viewer: Viewer) -> QuerySet[Event]:
    """Add ``sessions_count`` and ``people_count``.

    Cancelled sessions do not count. ``people_count`` is null for events whose roster
    the user may not see.
    """
    sessions = LiveSession.objects.uncancelled()
    people = Participant.objects.filter(registration__in=EXPECTED)
    hosted = Event.objects.hosted_by(user).filter(pk=OuterRef("pk"))
    return events.annotate(
        sessions_count=_count_per_event(sessions),
        people_count=Case(
            When(
                Q(organization__in=Organization.objects.visible_to(user))
                | Exists(hosted),
                then=_count_per_event(people),
            )
        ),
    )


def _count_per_event(rows: QuerySet[Any]) -> Coalesce:
    of_event = rows.filter(event=OuterRef("pk")).order_by().values("event")
    return Coalesce(Subquery(of_event.annotate(number=Count("pk")).values("number")), 0)


# --- Sessions -------------------------------------------------------------------------


@form_page
def new_session(request: HttpRequest, user: User, event_id: int) -> HttpResponse:
    event = organized_event(request, user, event_id)
    last = event.sessions.order_by("starts_at", "pk").last()
    initial: dict[str, Any] = {
        **suggested_times(event, last),
        "mode": suggested_mode(last),
    }
    if last:
        initial |= {"session_type": last.session_type}
    form = SessionForm(posted(request), event=event, initial=initial)
    if form.write(lambda: services.schedule_session(event=event, **form.values)):
        messages.success(request, _("The session was created."))
        return redirect("event", event.pk)
    return show_form(
        request,
        form,
        title=_("New session"),
        above=[event.organization.name, event.title],
        lead=_known_before(event),
        submit=_("Create session"),
        back=reverse("event", args=[event.pk]),
    )


def _known_before(event: Event) -> str:
    """Return what the apps above say before an event gets its first session."""
    if event.sessions.uncancelled().exists():
        return ""
    answers: Any = first_session_planned.send(Event, event=event)
    return " ".join(text for _receiver, text in answers if text)


@form_page
def edit_session(request: HttpRequest, user: User, session_id: int) -> HttpResponse:
    session = shown_organized_session(request, user, session_id)
    event = session.event
    form = SessionForm(posted(request), row=session, event=event)
    if form.write(
        lambda: services.change_session(session=session, changes=form.changes)
    ):
        messages.success(request, _("Saved."))
        return redirect("event", event.pk)
    return show_form(
        request,
        form,
        template="sessions_app/session_form.html",
        session=session,
        has_begun=session.starts_at < timezone.now(),
        title=_("Edit session"),
        above=[event.organization.name, event.title, session.title],
        submit=_("Save"),
        back=reverse("event", args=[event.pk]),
    )


@form_page
def end_session(request: HttpRequest, user: User, session_id: int) -> HttpResponse:
    session = shown_organized_session(request, user, session_id)
    now, event = timezone.now(), session.event
    if "still_running" in request.POST:
        return _take_back_end(request, session, now)
    is_running = session.starts_at < now < session.end
    form = EndForm(
        posted(request),
        row=session,
        zone=event.time_zone,
        initial={"ended_at": min(session.end, now)},
    )
    ends_now = "now" in request.POST
    if ends_now:
        form.fields["ended_at"].required = False
    if form.write(
        lambda: services.end_session(
            session=session,
            ended_at=None if ends_now else form.values["ended_at"],
            now=now,
        )
    ):
        session.refresh_from_db(fields=["ended_at"])
        if session.end > now - RESTS_AFTER:
            text = _("Saved. The report will be calculated automatically.")
        else:
            text = _("Saved. It ended over 7 days ago: calculate the report yourself.")
        messages.success(request, text)
        return redirect("session", session.pk)
    return show_form(
        request,
        form,
        template="sessions_app/end_form.html",
        session=session,
        planned=day_and_time(session.ends_at, zone_of(event)),
        is_running=is_running,
        is_second=is_running,
        was_ended_early=session.was_ended_early(now),
        title=_("When did it actually end?"),
        above=[event.organization.name, event.title, session.title],
        submit=_("Save"),
        back=reverse("session", args=[session.pk]),
    )


def _take_back_end(
    request: HttpRequest, session: LiveSession, now: datetime
) -> HttpResponse:
    try:
        services.take_back_end(session=session, now=now)
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _("The session is running again. It is calculated when it has ended."),
        )
    return redirect("session", session.pk)


@form_page
def delete_session(request: HttpRequest, user: User, session_id: int) -> HttpResponse:
    """Show a page to confirm, then delete a session that was made by mistake."""
    session = shown_organized_session(request, user, session_id)
    event = session.event
    if request.method != "POST":
        return confirm_page(
            request,
            title=_("Delete the session %(name)s") % {"name": isolated(session.title)},
            above=[event.organization.name, event.title],
            lead=_(
                "Only for a session that was made by mistake. Once anything was "
                "recorded at it, it can only be cancelled."
            ),
            submit=_("Delete"),
            keep=_("Keep the session"),
            back=reverse("edit_session", args=[session.pk]),
        )
    try:
        services.delete_session(session=session)
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
        return redirect("edit_session", session.pk)
    messages.success(request, _("The session was deleted."))
    return redirect("event", event.pk)


@form_page
def cancel_event(request: HttpRequest, user: User, event_id: int) -> HttpResponse:
    """Show a page to confirm, then cancel: sessions are only restored one by one."""
    event = organized_event(request, user, event_id)
    if request.method != "POST":
        number = event.sessions.filter(cancelled_at=None).count()
        context = {"event": event, "number": number, "page": "events"}
        return render(request, "sessions_app/cancel_event.html", context)
    try:
        services.cancel_event(event=event, now=timezone.now())
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The event and its sessions are cancelled."))
    return redirect("event", event.pk)


@action(back="session")
def cancel_session(request: HttpRequest, user: User, session_id: int) -> None:
    session = shown_organized_session(request, user, session_id)
    services.cancel_session(session=session, now=timezone.now())


@action(back="session")
def restore_session(request: HttpRequest, user: User, session_id: int) -> None:
    session = shown_organized_session(request, user, session_id)
    services.restore_session(session=session)
