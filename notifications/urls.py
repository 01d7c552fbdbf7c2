"""Routes of pages."""

from django.urls import path

from notifications.answers import views as answers
from notifications.prompts import views as prompts

urlpatterns = [
    path("events/<int:event_id>/answers/", answers.answers, name="answers"),
    path("events/<int:event_id>/answers/ask/", answers.ask, name="ask_by_hand"),
    path("a/<str:token>/", prompts.answer, name="answer"),
    path("u/<str:token>/", prompts.unsubscribe, name="unsubscribe"),
]
