"""Routes of asking for access, and of answering."""

from django.urls import path

from events.access_requests import views

urlpatterns = [
    path("sign-up/ask/", views.ask, name="ask_for_access"),
    path("access-requests/", views.access_requests, name="access_requests"),
    path("access-requests/<int:pk>/invite/", views.let_in, name="let_in"),
    path(
        "access-requests/<int:pk>/delete/",
        views.delete_access_request,
        name="delete_access_request",
    ),
]
