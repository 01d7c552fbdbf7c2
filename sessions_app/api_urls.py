"""Routes of REST about sessions."""

from django.urls import path

from sessions_app import api

urlpatterns = [
    path("api/events/<int:pk>/cancel", api.EventCancel.as_view()),
    path("api/sessions", api.SessionList.as_view()),
    path("api/sessions/<int:pk>", api.SessionDetail.as_view()),
    path("api/sessions/<int:pk>/end", api.SessionEnd.as_view()),
    path("api/sessions/<int:pk>/cancel", api.SessionCancel.as_view()),
    path("api/sessions/<int:pk>/restore", api.SessionRestore.as_view()),
    path("api/sessions/<int:pk>/join-token", api.SessionJoinToken.as_view()),
    path("api/sessions/<int:pk>/presence-events", api.PresenceEventList.as_view()),
    path("api/sessions/<int:pk>/connections", api.ConnectionList.as_view()),
]
