"""Routes of the pages of consent."""

from django.urls import path

from events.recording import views

urlpatterns = [
    path(
        "account/people/<int:person_id>/recording/",
        views.own_recording,
        name="own_recording",
    ),
]
