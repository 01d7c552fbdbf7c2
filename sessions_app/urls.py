from django.urls import re_path

from sessions_app.views import livekit_webhook

urlpatterns = [
    # With or without a final slash: a redirect would lose the body.
    re_path(r"^webhooks/livekit/?$", livekit_webhook, name="livekit-webhook"),
]
