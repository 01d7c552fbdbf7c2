"""The first page, and the report of a session with what organizers may do about it."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from attendance.choice import Choice
from attendance.desk_page import Refused
from attendance.event_decisions_page import EventDecisionsPage
from attendance.event_page import EventPage
from attendance.forms import IdentityForm, RosterForm, WalkInForm
from attendance.history_page import HistoryPage
from attendance.marking_page import MarkingDesk, chooses_all
from attendance.overview import sessions_overview
from attendance.refused_marks import take_refused_mark
from attendance.report import Report
from attendance.report_page import ReportPage
from attendance.reports_page import ReportsPage
from attendance.rights import Rights
from attendance.rows import Place
from attendance.selectors import session_report
from attendance.services import calculate_session, count_empty_as_absent
from attendance.unmatched import link_identity, unlink_identity
from events.errors import NotAllowed, RuleBroken
from events.language import speak
from events.models import Participant, User
from events.names import isolated
from events.pages import read_page, sign_in_first, visible_event
from events.permissions import Viewer
from events.views import SignIn
from sessions_app.models import LiveSession
from sessions_app.services import cancel_session, restore_session

# Where a session of the browser keeps what was typed until its page is shown again.
REFUSED_WALK_IN = "refused_walk_in"
LONGEST_KEPT = 1000

Action = Callable[[HttpRequest, LiveSession, User], None]


@never_cache
def home(request: HttpRequest) -> HttpResponseBase:
    if not isinstance(request.user, User):
        return SignIn.as_view()(request)
    if request.method == "POST":
        # The form of a tab that was open before somebody signed in in another.
        return redirect("home")
    overview = sessions_overview(request.user, now=timezone.now())
    context = {"overview": overview, "page": "today"}
    return render(request, "attendance/home.html", context)


@read_page
def event_page(request: HttpRequest, user: User, event_id: int) -> HttpResponse:
    event = visible_event(request, user, event_id)
    page = EventPage(
        event,
        Viewer.of(user),
        now=timezone.now(),
        sessions_page=request.GET.get("page"),
        people_page=request.GET.get("people"),
    )
    context = {"event": event, "about": page, "page": "events"}
    return render(request, "attendance/event.html", context)


@read_page
def reports_page(request: HttpRequest, user: User) -> HttpResponse:
    page = ReportsPage(request.GET, user=user, now=timezone.now())
    context = {"reports": page, "page": "reports"}
    status = 200 if page.is_valid else 400
    return render(request, "attendance/reports.html", context, status=status)


@read_page
def event_attendance(request: HttpRequest, user: User, event_id: int) -> HttpResponse:
    event = visible_event(request, user, event_id)
    page = EventDecisionsPage(
        event,
        Rights.of(Viewer.of(user), event),
        user,
        Choice.of(request.GET.dict()),
        page=request.GET.get("page"),
        chooses_all=chooses_all(request.GET),
        refused=take_refused_mark(request, Place(event, None)),
    )
    context = {"about": page, "event": event, "page": "events"}
    return render(request, "attendance/event_attendance.html", context)


@read_page
def history(request: HttpRequest, user: User, participant_id: int) -> HttpResponse:
    people = Participant.objects.visible_to(user).select_related("event__organization")
    person = get_object_or_404(people, pk=participant_id)
    speak(request, person.event.organization.language)
    page = HistoryPage(
        person,
        session=request.GET.get("session", ""),
        page=request.GET.get("page"),
    )
    context = {"history": page, "page": "events"}
    return render(request, "attendance/history.html", context)


@require_safe
@sign_in_first
@never_cache
def session_page(request: HttpRequest, session_id: int) -> HttpResponse:
    user, session = _user_and_session(request, session_id)
    speak(request, session.event.organization.language)
    now = timezone.now()
    report = session_report(session, user=user, now=now)
    desk = _marking_desk(request, report, user)
    page = ReportPage(
        report,
        Choice.of(request.GET.dict()),
        now=now,
        desk=desk,
        refused=_refused(request, session),
    )
    return render(request, "attendance/session.html", {"report": page})


def _refused(request: HttpRequest, session: LiveSession) -> Refused | None:
    """Return, once, the walk-in that was just refused in this session."""
    kept = request.session.pop(REFUSED_WALK_IN, None)
    if kept is None or kept["session"] != session.pk:
        return None
    return Refused(*kept["refused"])


def _marking_desk(
    request: HttpRequest, report: Report, user: User
) -> MarkingDesk | None:
    """What the reader may decide about the people of a report; None: nothing."""
    place = Place(report.session.event, report.session)
    rights = Rights.of(Viewer.of(user), place.event)
    if report.is_void or not rights.may_mark(place):
        return None
    return MarkingDesk(
        place,
        rights,
        [row.attendance for row in report.rows if row.attendance],
        grace_minutes=report.policy.grace_minutes,
        chooses_all=chooses_all(request.GET),
        refused=take_refused_mark(request, place),
    )


def organizers_action(
    action: Action,
) -> Callable[[HttpRequest, int], HttpResponseBase]:
    """A POST by organizers that goes back to the report; what a rule refuses is told.

    Not theirs to see: 404; seen, but not theirs to change: 403.
    """

    @require_POST
    @sign_in_first
    @wraps(action)
    def view(request: HttpRequest, session_id: int) -> HttpResponse:
        user, session = _user_and_session(request, session_id)
        speak(request, session.event.organization.language)
        try:
            Viewer.of(user).must_organize(session.event.organization_id)
        except NotAllowed as refusal:
            raise PermissionDenied(str(refusal)) from refusal
        try:
            action(request, session, user)
        except RuleBroken as refusal:
            messages.error(request, str(refusal))
        return redirect("session", session_id)

    return view


@organizers_action
def calculate(request: HttpRequest, session: LiveSession, user: User) -> None:
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
            request, _("The calculation failed. It is tried again by itself.")
        )
    else:
        messages.info(request, _("It is being calculated right now. Look again soon."))


@organizers_action
def count_as_absent(request: HttpRequest, session: LiveSession, user: User) -> None:
    number = len(count_empty_as_absent(session, actor=user))
    if number:
        text = ngettext(
            "%(number)d person counts as absent.",
            "%(number)d people count as absent.",
            number,
        )
        messages.success(request, text % {"number": number})
    else:
        messages.info(request, _("Nothing to count: somebody was seen meanwhile."))


@organizers_action
def cancel(request: HttpRequest, session: LiveSession, user: User) -> None:
    cancel_session(session=session, now=timezone.now())


@organizers_action
def restore(request: HttpRequest, session: LiveSession, user: User) -> None:
    restore_session(session=session)


@organizers_action
def link(request: HttpRequest, session: LiveSession, user: User) -> None:
    if "name" in request.POST:
        person = _add_walk_in(request, session, user)
    else:
        said = RosterForm(request.POST, event=session.event).or_refuse()
        person = link_identity(session=session, by=user, now=timezone.now(), **said)
    text = _("That was %(name)s. It is remembered for the next sessions.")
    messages.success(request, text % {"name": isolated(person.name)})


def _add_walk_in(request: HttpRequest, session: LiveSession, user: User) -> Participant:
    """Add a walk-in; of what is refused, the report keeps what was typed."""
    form = WalkInForm(request.POST)
    try:
        identity = form.or_refuse()["identity"]
        return link_identity(
            session=session,
            identity=identity,
            walk_in=form.walk_in,
            by=user,
            now=timezone.now(),
        )
    except RuleBroken as refusal:
        refused = Refused(
            request.POST.get("identity", "")[:LONGEST_KEPT],
            request.POST["name"][:LONGEST_KEPT],
            request.POST.get("email", "")[:LONGEST_KEPT],
            refusal.field.rpartition(".")[2],
            str(refusal),
        )
        request.session[REFUSED_WALK_IN] = {"session": session.pk, "refused": refused}
        raise


@organizers_action
def unlink(request: HttpRequest, session: LiveSession, user: User) -> None:
    identity = IdentityForm(request.POST).or_refuse()["identity"]
    unlink_identity(session=session, identity=identity, by=user, now=timezone.now())
    text = _("Taken back. Say below who it really was.")
    messages.success(request, text)


def _user_and_session(
    request: HttpRequest, session_id: int
) -> tuple[User, LiveSession]:
    if not isinstance(request.user, User):
        raise TypeError("this view lets anonymous people in")
    sessions = LiveSession.objects.visible_to(request.user)
    session = get_object_or_404(
        sessions.select_related("event__organization"), pk=session_id
    )
    return request.user, session
