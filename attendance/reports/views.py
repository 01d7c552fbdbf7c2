"""The pages with the reports of a session, of an event, and of many sessions."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from attendance.decisions.marking_panel import MarkingPanel, chooses_all
from attendance.decisions.place import Place
from attendance.decisions.refused_marks import take_refused_mark
from attendance.decisions.rights import Rights
from attendance.report_rows.people_filter import PeopleFilter
from attendance.report_rows.read_reports import session_report
from attendance.report_rows.report import Report
from attendance.reports.event_report_page import EventDecisionsPage
from attendance.reports.many_reports_page import ReportsPage
from attendance.reports.said import said_at
from attendance.reports.session_report_page import ReportPage
from attendance.reports.unmatched_panel import RefusedWalkIn
from events.models import User
from events.pages import read_page, shown_event
from events.permissions import Viewer
from sessions_app.before_joining import asked_before_joining
from sessions_app.pages import shown_session


@read_page
def reports_page(request: HttpRequest, user: User) -> HttpResponse:
    page = ReportsPage(request.GET, user=user, now=timezone.now())
    context = {"reports": page, "page": "reports"}
    status = 200 if page.is_valid else 400
    return render(request, "attendance/reports/many.html", context, status=status)


@read_page
def event_attendance(request: HttpRequest, user: User, event_id: int) -> HttpResponse:
    event = shown_event(request, user, event_id)
    page = EventDecisionsPage(
        event,
        Rights.of(Viewer.of(user), event),
        user,
        PeopleFilter.of(request.GET.dict()),
        now=timezone.now(),
        page=request.GET.get("page"),
        chooses_all=chooses_all(request.GET),
        refused=take_refused_mark(request, Place(event, None)),
    )
    context = {"about": page, "event": event, "page": "events"}
    return render(request, "attendance/reports/event.html", context)


@read_page
def session_page(request: HttpRequest, user: User, session_id: int) -> HttpResponse:
    session = shown_session(request, user, session_id)
    now = timezone.now()
    report = session_report(session, user=user, now=now)
    place = Place(session.event, session)
    rights = Rights.of(Viewer.of(user), session.event)
    page = ReportPage(
        report,
        PeopleFilter.of(request.GET.dict()),
        now=now,
        panel=_marking_panel(request, report, rights),
        refused=RefusedWalkIn.take(request, session),
        said=said_at(place, report.rows, rights, is_void=report.is_void),
    )
    asked = asked_before_joining(session, user, now=now)
    context = {"report": page, "asked_before_joining": asked}
    return render(request, "attendance/reports/session.html", context)


def _marking_panel(
    request: HttpRequest, report: Report, rights: Rights
) -> MarkingPanel | None:
    """Return the panel for marking; None if the reader may not mark anybody here."""
    place = Place(report.session.event, report.session)
    if report.is_void or not rights.may_mark(place):
        return None
    return MarkingPanel(
        place,
        rights,
        [row.attendance for row in report.rows if row.attendance],
        grace_minutes=report.policy.grace_minutes,
        chooses_all=chooses_all(request.GET),
        refused=take_refused_mark(request, place),
    )
