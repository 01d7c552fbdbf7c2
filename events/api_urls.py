"""Routes of accounts, organizations, events and rosters."""

from django.urls import path

from events import api
from events.accounts import api as accounts
from events.invitations import api as invitations
from events.people import api as people
from events.roster.api import RosterImportView

urlpatterns = [
    path("api/auth/token", accounts.TokenView.as_view()),
    path("api/me", accounts.MeView.as_view()),
    path("api/organizations", api.OrganizationList.as_view()),
    path("api/organizations/<int:pk>", api.OrganizationDetail.as_view()),
    path("api/organizations/<int:organization_pk>/members", api.MemberList.as_view()),
    path(
        "api/organizations/<int:organization_pk>/members/<int:pk>",
        api.MemberDetail.as_view(),
    ),
    path("api/organizations/<int:pk>/people", people.PersonList.as_view()),
    path("api/people/<int:pk>", people.PersonDetail.as_view()),
    path("api/people/<int:pk>/changes", people.PersonChanges.as_view()),
    path("api/people/<int:pk>/invite", invitations.InvitePerson.as_view()),
    path(
        "api/organizations/<int:organization_pk>/invitations",
        invitations.Invitations.as_view(),
    ),
    path(
        "api/organizations/<int:organization_pk>/invitations/<int:pk>",
        invitations.OneInvitation.as_view(),
    ),
    path("api/me/invitations", invitations.OwnInvitations.as_view()),
    path("api/me/invitations/<int:pk>/accept", invitations.AcceptInvitation.as_view()),
    path(
        "api/me/invitations/<int:pk>/decline", invitations.DeclineInvitation.as_view()
    ),
    path("api/me/people", people.OwnPeople.as_view()),
    path("api/me/people/<int:pk>", people.OwnPerson.as_view()),
    path("api/events", api.EventList.as_view()),
    path("api/events/<int:pk>", api.EventDetail.as_view()),
    path("api/events/<int:pk>/publish", api.EventPublish.as_view()),
    path("api/events/<int:pk>/views", api.EventViewed.as_view()),
    path("api/events/<int:event_pk>/participants", api.ParticipantList.as_view()),
    path("api/events/<int:pk>/participants/import", RosterImportView.as_view()),
    path("api/participants/<int:pk>", api.ParticipantDetail.as_view()),
    path("api/participants/<int:pk>/personal-link", api.PersonalLink.as_view()),
]
