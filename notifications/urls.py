"""Routes of pages."""

from django.urls import path

from notifications.answers import views as answers
from notifications.bell import views as bell
from notifications.export import views as export
from notifications.own_page import views as own_page
from notifications.prompts import views as prompts

urlpatterns = [
    path("events/<int:event_id>/answers/", answers.answers, name="answers"),
    path("events/<int:event_id>/answers/ask/", answers.ask, name="ask_by_hand"),
    path("a/<str:token>/", prompts.answer, name="answer"),
    path("u/<str:token>/", prompts.unsubscribe, name="unsubscribe"),
    path("me/", own_page.own_record, name="own_record"),
    path("me/places/<int:place_id>/", own_page.own_place, name="own_place"),
    path("me/mails/", own_page.own_mails, name="own_mails"),
    path("me/mails/again/", own_page.take_mails_again, name="take_mails_again"),
    path("me/profile/", own_page.own_profile, name="own_profile"),
    path("me/export/", export.own_export, name="own_export"),
    path("notifications/", bell.notifications, name="notifications"),
    path("notifications/read/", bell.note_all_read, name="read_notifications"),
]
