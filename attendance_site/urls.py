"""All routes, included from the apps."""

from django.contrib import admin
from django.urls import include, path, re_path

from attendance_site import errors, health, openapi

urlpatterns = [
    # First, because most requests are LiveKit's webhooks.
    path("", include("sessions_app.urls")),
    path("admin/", admin.site.urls),
    path("health/live", health.live),
    path("health/ready", health.ready),
    path("api/schema", openapi.SchemaView.as_view(), name="schema"),
    path("api/docs", openapi.DocsView.as_view(), name="docs"),
    path("", include("events.urls")),
    path("", include("attendance.urls")),
    path("", include("notifications.urls")),
    path("", include("events.api_urls")),
    path("", include("sessions_app.api_urls")),
    path("", include("attendance.api_urls")),
    path("", include("notifications.api_urls")),
    re_path(r"^api/", errors.UnknownApiPath.as_view()),
]

handler400 = "attendance_site.errors.bad_request"
handler403 = "attendance_site.errors.permission_denied"
handler404 = "attendance_site.errors.page_not_found"
handler500 = "attendance_site.errors.server_error"
