"""Routes of the pages of invitations."""

from django.urls import path

from events.invitations import link_views, own_views, views

_OF_ORGANIZATION = "organizations/<int:organization_id>/invitations"
_OWN = "account/invitations"

urlpatterns = [
    path("i/", link_views.invitation, name="opened_invitation"),
    path("i/<str:token>/", link_views.invitation, name="invitation"),
    path(f"{_OWN}/", own_views.own_invitations, name="own_invitations"),
    path(
        f"{_OWN}/<int:invitation_id>/accept/",
        own_views.accept_own,
        name="accept_invitation",
    ),
    path(
        f"{_OWN}/<int:invitation_id>/decline/",
        own_views.decline_own,
        name="decline_invitation",
    ),
    path(
        "account/memberships/<int:membership_id>/leave/",
        own_views.leave_organization,
        name="leave_organization",
    ),
    path(
        "account/people/<int:person_id>/leave/",
        own_views.leave_person,
        name="leave_person",
    ),
    path(f"{_OF_ORGANIZATION}/", views.invitations, name="invitations"),
    path(
        f"{_OF_ORGANIZATION}/<int:invitation_id>/again/",
        views.send_again,
        name="send_invitation_again",
    ),
    path(
        f"{_OF_ORGANIZATION}/<int:invitation_id>/withdraw/",
        views.revoke_invitation,
        name="revoke_invitation",
    ),
    path("people/<int:person_id>/invite/", views.invite_person, name="invite_person"),
    path(
        "events/<int:event_id>/people/invite/",
        views.invite_from_roster,
        name="invite_from_roster",
    ),
]
