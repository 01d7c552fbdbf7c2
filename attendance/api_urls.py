"""Routes of REST: reports, calculation, policies."""

from django.urls import path

from attendance import api

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
    path(_POLICY, api.OrganizationPolicy.as_view()),
    path(f"{_POLICY}/<str:session_type>", api.SessionTypePolicy.as_view()),
]
