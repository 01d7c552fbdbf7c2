from django.urls import path, re_path

from sessions_app import views
from sessions_app.webhook import livekit_webhook

urlpatterns = [
    # With or without a final slash: a redirect would lose the body.
    re_path(r"^webhooks/livekit/?$", livekit_webhook, name="livekit-webhook"),
    path("events/", views.events, name="events"),
    path("events/<int:event_id>/cancel/", views.cancel_event, name="cancel_event"),
    path("events/<int:event_id>/sessions/new/", views.new_session, name="new_session"),
    path("sessions/<int:session_id>/edit/", views.edit_session, name="edit_session"),
    path("sessions/<int:session_id>/end/", views.end_session, name="end_session"),
    path(
        "sessions/<int:session_id>/cancel/",
        views.cancel_session,
        name="cancel_session",
    ),
    path(
        "sessions/<int:session_id>/delete/",
        views.delete_session,
        name="delete_session",
    ),
    path(
        "sessions/<int:session_id>/restore/",
        views.restore_session,
        name="restore_session",
    ),
]
