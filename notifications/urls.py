"""Routes of pages."""

from django.urls import path

from notifications.prompts import views as prompts

urlpatterns = [
    path("a/<str:token>/", prompts.answer, name="answer"),
    path("u/<str:token>/", prompts.unsubscribe, name="unsubscribe"),
]
