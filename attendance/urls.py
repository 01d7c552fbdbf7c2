"""Routes of pages."""

from django.urls import path

from attendance.absences import views as absences
from attendance.calculating import views as calculating
from attendance.completion import views as completion
from attendance.contests import views as contests
from attendance.decisions import views as decisions
from attendance.door import self_views
from attendance.door import views as door
from attendance.organization import views as organization
from attendance.overview import views as overview
from attendance.people import views as people
from attendance.personal import views as personal
from attendance.policies import views as policies
from attendance.reports import views as reports
from attendance.unmatched import views as unmatched

_EVENT = "events/<int:event_id>"
_DOOR = f"{_EVENT}/check-in"
_ORGANIZATION = "organizations/<int:organization_id>"
_SESSION = "sessions/<int:session_id>"

urlpatterns = [
    path("", overview.home, name="home"),
    path(f"{_ORGANIZATION}/", organization.organization, name="organization"),
    path(
        f"{_ORGANIZATION}/settings/",
        organization.settings_page,
        name="organization_settings",
    ),
    path(
        f"{_ORGANIZATION}/points/",
        organization.points_page,
        name="organization_points",
    ),
    path(
        f"{_ORGANIZATION}/policy/",
        policies.organization_policy,
        name="organization_policy",
    ),
    path(
        f"{_ORGANIZATION}/policy/<str:session_type>/",
        policies.session_type_policy,
        name="session_type_policy",
    ),
    path(f"{_EVENT}/policy/", policies.event_policy, name="event_policy"),
    path(f"{_SESSION}/policy/", policies.session_policy, name="session_policy"),
    path(f"{_EVENT}/", overview.event_page, name="event"),
    path(f"{_ORGANIZATION}/contests/", contests.contests, name="contests"),
    path(
        "contests/<int:contest_id>/settle/",
        contests.settle_contest,
        name="settle_contest",
    ),
    path(
        "me/attendance/<int:attendance_id>/contest/",
        contests.contest_page,
        name="contest",
    ),
    path(
        f"{_ORGANIZATION}/absences/",
        absences.announced_absences,
        name="announced_absences",
    ),
    path(
        "absences/<int:absence_id>/settle/",
        absences.settle_absence,
        name="settle_absence",
    ),
    path(
        "me/places/<int:participant_id>/absence/",
        absences.announce_absence,
        name="announce_absence",
    ),
    path(
        "me/places/<int:participant_id>/absence/<int:absence_id>/withdraw/",
        absences.withdraw_absence,
        name="withdraw_absence",
    ),
    path("people/<int:person_id>/", people.person, name="person"),
    path("reports/", reports.reports_page, name="reports"),
    path(f"{_EVENT}/attendance/", reports.event_attendance, name="event_attendance"),
    path(f"{_SESSION}/", reports.session_page, name="session"),
    path(f"{_SESSION}/mark/", decisions.mark_at_session, name="mark"),
    path(f"{_SESSION}/undo/", decisions.undo_at_session, name="undo"),
    path(
        f"{_EVENT}/attendance/mark/",
        decisions.mark_about_event,
        name="mark_about_event",
    ),
    path(
        f"{_EVENT}/attendance/undo/",
        decisions.undo_about_event,
        name="undo_about_event",
    ),
    path(
        "participants/<int:participant_id>/history/", decisions.history, name="history"
    ),
    path(f"{_EVENT}/complete/", completion.complete, name="complete_event"),
    path(f"{_EVENT}/reopen/", completion.reopen, name="reopen_event"),
    path(f"{_SESSION}/calculate/", calculating.calculate, name="calculate"),
    path(
        f"{_SESSION}/count-as-absent/",
        calculating.count_as_absent,
        name="count_as_absent",
    ),
    path(f"{_SESSION}/take-back-held/", calculating.take_back, name="take_back_held"),
    path(f"{_SESSION}/unmatched/link/", unmatched.link, name="link"),
    path(f"{_SESSION}/unmatched/unlink/", unmatched.unlink, name="unlink"),
    path(f"{_DOOR}/", door.door, name="door"),
    path(f"{_DOOR}/<int:participant_id>/", door.door_person, name="door_person"),
    path(f"{_DOOR}/new/", door.door_walk_in, name="door_walk_in"),
    path(f"{_DOOR}/badges/", door.door_badges, name="door_badges"),
    path(f"{_DOOR}/screen/", door.door_screen, name="door_screen"),
    path("p/<str:token>/", personal.personal, name="personal"),
    path("p/<str:token>/cancel/", personal.cancel_personally, name="cancel_personally"),
    path(
        "p/<str:token>/consent/",
        personal.consent_personally,
        name="consent_personally",
    ),
    path(
        "p/<str:token>/contest/<int:attendance_id>/",
        personal.contest_personally,
        name="contest_personally",
    ),
    path(
        "p/<str:token>/absence/",
        personal.announce_personally,
        name="announce_personally",
    ),
    path(
        "p/<str:token>/absence/<int:absence_id>/withdraw/",
        personal.withdraw_personally,
        name="withdraw_personally",
    ),
    path("p/<str:token>/join/", personal.join_personally, name="join_personally"),
    path("c/", self_views.type_code, name="type_code"),
    path("c/<str:code>/", self_views.self_check_in, name="self_check_in"),
]
