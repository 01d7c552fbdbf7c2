"""Routes of pages."""

from django.urls import path

from attendance.decisions import views as decisions_views
from attendance.door import self_views
from attendance.door import views as door_views
from attendance.reports import views as reports_views

_DOOR = "events/<int:event_id>/check-in"

urlpatterns = [
    path("", reports_views.home, name="home"),
    path("reports/", reports_views.reports_page, name="reports"),
    path("events/<int:event_id>/", reports_views.event_page, name="event"),
    path(f"{_DOOR}/", door_views.door, name="door"),
    path(f"{_DOOR}/<int:participant_id>/", door_views.door_person, name="door_person"),
    path(f"{_DOOR}/new/", door_views.door_walk_in, name="door_walk_in"),
    path(f"{_DOOR}/badges/", door_views.door_badges, name="door_badges"),
    path(f"{_DOOR}/screen/", door_views.door_screen, name="door_screen"),
    path("c/", self_views.type_code, name="type_code"),
    path("c/<str:code>/", self_views.self_check_in, name="self_check_in"),
    path(
        "events/<int:event_id>/attendance/",
        reports_views.event_attendance,
        name="event_attendance",
    ),
    path(
        "events/<int:event_id>/attendance/mark/",
        decisions_views.mark_about_event,
        name="mark_about_event",
    ),
    path(
        "events/<int:event_id>/attendance/undo/",
        decisions_views.undo_about_event,
        name="undo_about_event",
    ),
    path(
        "events/<int:event_id>/complete/",
        decisions_views.complete,
        name="complete_event",
    ),
    path("events/<int:event_id>/reopen/", decisions_views.reopen, name="reopen_event"),
    path("people/<int:participant_id>/history/", reports_views.history, name="history"),
    path("sessions/<int:session_id>/", reports_views.session_page, name="session"),
    path(
        "sessions/<int:session_id>/mark/", decisions_views.mark_at_session, name="mark"
    ),
    path(
        "sessions/<int:session_id>/undo/", decisions_views.undo_at_session, name="undo"
    ),
    path(
        "sessions/<int:session_id>/calculate/",
        reports_views.calculate,
        name="calculate",
    ),
    path(
        "sessions/<int:session_id>/count-as-absent/",
        reports_views.count_as_absent,
        name="count_as_absent",
    ),
    path(
        "sessions/<int:session_id>/cancel/", reports_views.cancel, name="cancel_session"
    ),
    path(
        "sessions/<int:session_id>/restore/",
        reports_views.restore,
        name="restore_session",
    ),
    path("sessions/<int:session_id>/unmatched/link/", reports_views.link, name="link"),
    path(
        "sessions/<int:session_id>/unmatched/unlink/",
        reports_views.unlink,
        name="unlink",
    ),
]
