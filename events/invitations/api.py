"""REST of invitations: the caller's own, and those of an organization."""

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework import generics, status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from events.invitations.answering import (
    accept,
    decline,
    invitations_of,
    own_invitation,
    revoke,
)
from events.invitations.inviting import (
    Made,
    invite_people,
    invite_to_role,
)
from events.invitations.mailing import send_links
from events.invitations.serializers import (
    InvitationSerializer,
    MadeSerializer,
    NewInvitationSerializer,
    OwnInvitationSerializer,
)
from events.invitations.states import shown_invitations, state_of
from events.lookups import visible_organization
from events.models import Invitation
from events.people.lookups import visible_person
from events.permissions import signed_in, viewer_of


class OwnInvitations(generics.ListAPIView[Invitation]):
    """What the caller is invited to."""

    serializer_class = OwnInvitationSerializer
    queryset = Invitation.objects.none()

    def get_queryset(self) -> QuerySet[Invitation]:
        """Return each once, the newest first."""
        if getattr(self, "swagger_fake_view", False):
            return Invitation.objects.none()
        return invitations_of(signed_in(self.request))


class AcceptInvitation(APIView):
    """Accepting."""

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, pk: int) -> Response:
        """Take the role, or the place, that is offered."""
        user = signed_in(request)
        accept(own_invitation(user, pk), user=user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class DeclineInvitation(APIView):
    """Declining."""

    @extend_schema(request=None, responses={204: None})
    def post(self, request: Request, pk: int) -> Response:
        """Decline; it is not offered again unless somebody names the caller anew."""
        user = signed_in(request)
        decline(own_invitation(user, pk), user=user)
        return Response(status=status.HTTP_204_NO_CONTENT)


def mail_and_answer(made: Made, request: Request) -> Response:
    """Mail a link, and return it: this once."""
    send_links([made], by=signed_in(request))
    data = {
        "id": made.invitation.pk,
        "url": made.url,
        "expires_at": made.invitation.expires_at,
        "state": state_of(made.invitation).value,
    }
    response = Response(MadeSerializer(data).data, status=status.HTTP_201_CREATED)
    response["Cache-Control"] = "no-store"
    return response


class Invitations(generics.ListAPIView[Invitation]):
    """Invitations of an organization, for its organizers."""

    serializer_class = InvitationSerializer
    queryset = Invitation.objects.none()

    def get_queryset(self) -> QuerySet[Invitation]:
        """Return those that were not withdrawn, the newest first."""
        if getattr(self, "swagger_fake_view", False):
            return Invitation.objects.none()
        organization = visible_organization(
            signed_in(self.request), self.kwargs["organization_pk"]
        )
        viewer_of(self.request).must_organize(organization.pk)
        return shown_invitations(organization)

    @extend_schema(
        operation_id="organizations_invitations_create",
        request=NewInvitationSerializer,
        responses={201: MadeSerializer},
    )
    def post(self, request: Request, organization_pk: int) -> Response:
        """Invite an address to a role, by a link that works once, for 14 days."""
        user, viewer = signed_in(request), viewer_of(request)
        organization = visible_organization(user, organization_pk)
        viewer.must_organize(organization.pk)
        serializer = NewInvitationSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        viewer.must_give(organization.pk, data["role"])
        made = invite_to_role(organization=organization, by=user, **data)
        return mail_and_answer(made, request)


class OneInvitation(APIView):
    """One invitation of an organization."""

    @extend_schema(
        operation_id="organizations_invitations_destroy", responses={204: None}
    )
    def delete(self, request: Request, organization_pk: int, pk: int) -> Response:
        """Withdraw it; its link then leads nowhere."""
        organization = visible_organization(signed_in(request), organization_pk)
        viewer = viewer_of(request)
        viewer.must_organize(organization.pk)
        invitation = get_object_or_404(shown_invitations(organization), pk=pk)
        if invitation.role:
            viewer.must_give(organization.pk, invitation.role)
        revoke([invitation])
        return Response(status=status.HTTP_204_NO_CONTENT)


class InvitePerson(APIView):
    """Inviting a person to their own place."""

    @extend_schema(request=None, responses={201: MadeSerializer})
    def post(self, request: Request, pk: int) -> Response:
        """Make a link that lets whoever opens it stand for this person, once.

        409 if they have an account.
        """
        user = signed_in(request)
        person = visible_person(user, pk)
        viewer_of(request).must_organize(person.organization_id)
        [made] = invite_people([person], by=user)
        return mail_and_answer(made, request)
