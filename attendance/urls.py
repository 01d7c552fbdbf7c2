"""Routes of pages."""

from django.urls import path

from attendance import views

urlpatterns = [
    path("", views.home, name="home"),
    path("reports/", views.reports_page, name="reports"),
    path("events/<int:event_id>/", views.event_page, name="event"),
    path("sessions/<int:session_id>/", views.session_page, name="session"),
    path("sessions/<int:session_id>/calculate/", views.calculate, name="calculate"),
    path(
        "sessions/<int:session_id>/count-as-absent/",
        views.count_as_absent,
        name="count_as_absent",
    ),
    path("sessions/<int:session_id>/cancel/", views.cancel, name="cancel_session"),
    path("sessions/<int:session_id>/restore/", views.restore, name="restore_session"),
    path("sessions/<int:session_id>/unmatched/link/", views.link, name="link"),
    path("sessions/<int:session_id>/unmatched/unlink/", views.unlink, name="unlink"),
]
