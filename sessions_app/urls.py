from django.urls import path, re_path

from sessions_app import pages
from sessions_app.views import livekit_webhook

urlpatterns = [
    # With or without a final slash: a redirect would lose the body.
    re_path(r"^webhooks/livekit/?$", livekit_webhook, name="livekit-webhook"),
    path("events/", pages.events, name="events"),
    path("events/<int:event_id>/cancel/", pages.cancel_event, name="cancel_event"),
    path("events/<int:event_id>/sessions/new/", pages.new_session, name="new_session"),
    path("sessions/<int:session_id>/edit/", pages.edit_session, name="edit_session"),
    path("sessions/<int:session_id>/end/", pages.end_session, name="end_session"),
]
