"""Routes of pages; the route of ``/`` is in ``attendance/urls.py``."""

from django.contrib.auth.views import LogoutView
from django.urls import include, path

from events import views
from events.members import views as members
from events.people import views as people
from events.public import views as public
from events.roster import views as roster

urlpatterns = [
    path("", include("events.access_requests.urls")),
    path("", include("events.accounts.urls")),
    path("", include("events.invitations.urls")),
    path("", include("events.recording.urls")),
    path("sign-out/", LogoutView.as_view(), name="sign_out"),
    path("organizations/new/", views.new_organization, name="new_organization"),
    path(
        "organizations/<int:organization_id>/members/", members.members, name="members"
    ),
    path("members/<int:member_id>/edit/", members.edit_member, name="edit_member"),
    path(
        "members/<int:member_id>/remove/", members.remove_member, name="remove_member"
    ),
    path("people/", people.find_person, name="find_person"),
    path("organizations/<int:organization_id>/people/", people.people, name="people"),
    path(
        "organizations/<int:organization_id>/people/new/",
        people.new_person,
        name="new_person",
    ),
    path("people/<int:person_id>/edit/", people.edit_person, name="edit_person"),
    path("people/<int:person_id>/delete/", people.delete_person, name="delete_person"),
    path("e/<int:event_id>/", public.public_event, name="public_event"),
    path(
        "e/confirm/<str:token>/",
        public.confirm_registration,
        name="confirm_registration",
    ),
    path("events/new/", views.new_event, name="new_event"),
    path("events/<int:event_id>/edit/", views.edit_event, name="edit_event"),
    path("events/<int:event_id>/delete/", views.delete_event, name="delete_event"),
    path("events/<int:event_id>/people/", roster.roster, name="roster"),
    path("events/<int:event_id>/publish/", views.publish_event, name="publish_event"),
    path(
        "events/<int:event_id>/people/new/",
        roster.new_participant,
        name="new_participant",
    ),
    path(
        "events/<int:event_id>/people/several/",
        views.several_participants,
        name="several_participants",
    ),
    path(
        "events/<int:event_id>/people/import/",
        views.import_participants,
        name="import_participants",
    ),
    path(
        "participants/<int:participant_id>/edit/",
        roster.edit_participant,
        name="edit_participant",
    ),
    path(
        "participants/<int:participant_id>/personal-link/",
        roster.renew_personal_link,
        name="renew_personal_link",
    ),
    path(
        "participants/<int:participant_id>/remove/",
        roster.remove_place,
        name="remove_place",
    ),
]
