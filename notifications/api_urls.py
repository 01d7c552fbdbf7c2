"""Routes of the REST API, room by room."""

from django.urls import path

from notifications.answers import api as answers
from notifications.bell import api as bell
from notifications.export import api as export
from notifications.own_prompts import api as own_prompts

urlpatterns = [
    path("api/events/<int:pk>/prompts", answers.EventPrompts.as_view()),
    path("api/me/prompts", own_prompts.OwnPrompts.as_view()),
    path("api/me/prompts/<int:pk>/snooze", own_prompts.SnoozePrompt.as_view()),
    path("api/me/export", export.OwnExport.as_view()),
    path("api/me/notifications", bell.OwnNotifications.as_view()),
    path("api/me/notifications/<int:pk>/read", bell.ReadNotification.as_view()),
]
