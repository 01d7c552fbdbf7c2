"""Routes of the REST API, room by room."""

from django.urls import path

from notifications.answers import api as answers

urlpatterns = [
    path("api/events/<int:pk>/prompts", answers.EventPrompts.as_view()),
]
