"""Routes of REST: reports, calculation, policies, decisions."""

from django.urls import path

from attendance import api, door_api, marking_api, points_api

_POLICY = "api/organizations/<int:pk>/policy"

urlpatterns = [
    path("api/reports", api.ReportList.as_view()),
    path("api/reports.csv", api.ReportTable.as_view(), name="reports_csv"),
    path("api/sessions/<int:pk>/attendance", api.SessionReport.as_view()),
    path(
        "api/sessions/<int:pk>/attendance-status",
        api.SessionAttendanceStatus.as_view(),
    ),
    path("api/sessions/<int:pk>/calculate", api.SessionCalculate.as_view()),
    path("api/sessions/<int:pk>/unmatched/link", api.UnmatchedLink.as_view()),
    path("api/sessions/<int:pk>/unmatched/unlink", api.UnmatchedUnlink.as_view()),
    path("api/sessions/<int:pk>/policy", api.SessionPolicy.as_view()),
    path("api/events/<int:pk>/attendance", marking_api.EventAttendance.as_view()),
    path(
        "api/events/<int:pk>/attendance/bulk",
        marking_api.EventBulkAttendance.as_view(),
    ),
    path("api/events/<int:pk>/attendance-changes", marking_api.EventChanges.as_view()),
    path("api/events/<int:pk>/complete", marking_api.EventComplete.as_view()),
    path("api/events/<int:pk>/reopen", marking_api.EventReopen.as_view()),
    path(
        "api/participants/<int:pk>/attendance",
        marking_api.ParticipantAttendance.as_view(),
    ),
    path(
        "api/participants/<int:pk>/attendance-changes",
        marking_api.ParticipantChanges.as_view(),
    ),
    path(
        "api/participants/<int:pk>/check-in", marking_api.ParticipantCheckIn.as_view()
    ),
    path("api/attendance-changes/<int:pk>/undo", marking_api.ChangeUndo.as_view()),
    path("api/events/<int:pk>/check-in-code", door_api.CheckInCode.as_view()),
    path("api/check-in", door_api.SelfCheckIn.as_view()),
    path("api/users/<int:pk>/points", points_api.UserPoints.as_view()),
    path(
        "api/organizations/<int:pk>/leaderboard",
        points_api.OrganizationLeaderboard.as_view(),
    ),
    path("api/organizations/<int:pk>/points", points_api.OrganizationPoints.as_view()),
    path(_POLICY, api.OrganizationPolicy.as_view()),
    path(f"{_POLICY}/<str:session_type>", api.SessionTypePolicy.as_view()),
]
