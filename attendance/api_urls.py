"""Routes of REST: reports, calculation, policies, decisions."""

from django.urls import path

from attendance.decisions import api as decisions_api
from attendance.door import api as door_api
from attendance.points import api as points_api
from attendance.reports import api as reports_api

_POLICY = "api/organizations/<int:pk>/policy"

urlpatterns = [
    path("api/reports", reports_api.ReportList.as_view()),
    path("api/reports.csv", reports_api.ReportTable.as_view(), name="reports_csv"),
    path("api/sessions/<int:pk>/attendance", reports_api.SessionReport.as_view()),
    path(
        "api/sessions/<int:pk>/attendance-status",
        reports_api.SessionAttendanceStatus.as_view(),
    ),
    path("api/sessions/<int:pk>/calculate", reports_api.SessionCalculate.as_view()),
    path("api/sessions/<int:pk>/unmatched/link", reports_api.UnmatchedLink.as_view()),
    path(
        "api/sessions/<int:pk>/unmatched/unlink", reports_api.UnmatchedUnlink.as_view()
    ),
    path("api/sessions/<int:pk>/policy", reports_api.SessionPolicy.as_view()),
    path("api/events/<int:pk>/attendance", decisions_api.EventAttendance.as_view()),
    path(
        "api/events/<int:pk>/attendance/bulk",
        decisions_api.EventBulkAttendance.as_view(),
    ),
    path(
        "api/events/<int:pk>/attendance-changes", decisions_api.EventChanges.as_view()
    ),
    path("api/events/<int:pk>/complete", decisions_api.EventComplete.as_view()),
    path("api/events/<int:pk>/reopen", decisions_api.EventReopen.as_view()),
    path(
        "api/participants/<int:pk>/attendance",
        decisions_api.ParticipantAttendance.as_view(),
    ),
    path(
        "api/participants/<int:pk>/attendance-changes",
        decisions_api.ParticipantChanges.as_view(),
    ),
    path(
        "api/participants/<int:pk>/check-in", decisions_api.ParticipantCheckIn.as_view()
    ),
    path("api/attendance-changes/<int:pk>/undo", decisions_api.ChangeUndo.as_view()),
    path("api/events/<int:pk>/check-in-code", door_api.CheckInCode.as_view()),
    path("api/check-in", door_api.SelfCheckIn.as_view()),
    path("api/users/<int:pk>/points", points_api.UserPoints.as_view()),
    path(
        "api/organizations/<int:pk>/leaderboard",
        points_api.OrganizationLeaderboard.as_view(),
    ),
    path("api/organizations/<int:pk>/points", points_api.OrganizationPoints.as_view()),
    path(_POLICY, reports_api.OrganizationPolicy.as_view()),
    path(f"{_POLICY}/<str:session_type>", reports_api.SessionTypePolicy.as_view()),
]
