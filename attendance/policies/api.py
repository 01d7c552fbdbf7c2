"""REST views of policies: of an organization, session type, event or session."""

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from attendance.policies.effective import (
    PolicyScope,
    clear_policy,
    policy_at,
    set_policy,
)
from attendance.policies.serializers import PolicySerializer
from attendance.rules.calculation import Policy
from events.lookups import visible_event, visible_organization
from events.models import Event
from events.permissions import signed_in, viewer_of
from sessions_app.lookups import organized_session, visible_session
from sessions_app.models import LiveSession, SessionType


def known_type(name: str) -> str:
    """Return a session type from the path; raise 404 with the known ones otherwise."""
    if name not in SessionType.values:
        raise NotFound(
            _("“%(type)s” is not a session type. Choose one of: %(types)s.")
            % {"type": name, "types": ", ".join(SessionType.values)}
        )
    return name


class PolicyView(APIView):
    """Base of the views that read and write the policy of one place."""

    def _read(self, place: PolicyScope) -> Response:
        return Response(PolicySerializer(policy_at(place)).data)

    def _write(self, request: Request, place: PolicyScope) -> Response:
        serializer = PolicySerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        policy = Policy(**serializer.validated_data["policy"])
        return Response(PolicySerializer(set_policy(place, policy)).data)

    def _clear(self, place: PolicyScope) -> Response:
        clear_policy(place)
        return Response(status=204)


class OrganizationPolicy(PolicyView):
    """The thresholds of an organization: its members read them, its admins set them."""

    @extend_schema(responses=PolicySerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Return the policy in effect, and where it comes from."""
        return self._read(PolicyScope(visible_organization(signed_in(request), pk)))

    @extend_schema(request=PolicySerializer, responses=PolicySerializer)
    def put(self, request: Request, pk: int) -> Response:
        """Set all thresholds; those left out get their defaults."""
        organization = visible_organization(signed_in(request), pk)
        viewer_of(request).must_administer(organization.pk)
        return self._write(request, PolicyScope(organization))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Go back to the defaults."""
        organization = visible_organization(signed_in(request), pk)
        viewer_of(request).must_administer(organization.pk)
        return self._clear(PolicyScope(organization))


class SessionTypePolicy(PolicyView):
    """The thresholds of an organization's sessions of one type."""

    @extend_schema(
        responses=PolicySerializer, operation_id="organizations_policy_type_retrieve"
    )
    def get(self, request: Request, pk: int, session_type: str) -> Response:
        """Return the policy in effect, and where it comes from."""
        organization = visible_organization(signed_in(request), pk)
        return self._read(PolicyScope(organization, known_type(session_type)))

    @extend_schema(
        request=PolicySerializer,
        responses=PolicySerializer,
        operation_id="organizations_policy_type_update",
    )
    def put(self, request: Request, pk: int, session_type: str) -> Response:
        """Set all thresholds; those left out get their defaults."""
        organization = visible_organization(signed_in(request), pk)
        place = PolicyScope(organization, known_type(session_type))
        viewer_of(request).must_administer(organization.pk)
        return self._write(request, place)

    @extend_schema(
        responses={204: None}, operation_id="organizations_policy_type_destroy"
    )
    def delete(self, request: Request, pk: int, session_type: str) -> Response:
        """Go back to what the organization has."""
        organization = visible_organization(signed_in(request), pk)
        place = PolicyScope(organization, known_type(session_type))
        viewer_of(request).must_administer(organization.pk)
        return self._clear(place)


class EventPolicy(PolicyView):
    """The thresholds of one event: all who see it read them, organizers set them."""

    @extend_schema(responses=PolicySerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Return the policy of its course results, and where it comes from."""
        return self._read(self._place(visible_event(signed_in(request), pk)))

    @extend_schema(request=PolicySerializer, responses=PolicySerializer)
    def put(self, request: Request, pk: int) -> Response:
        """Set all thresholds for its sessions; those left out get their defaults."""
        return self._write(request, self._organized(request, pk))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Go back to what the organization has."""
        return self._clear(self._organized(request, pk))

    def _organized(self, request: Request, pk: int) -> PolicyScope:
        event = visible_event(signed_in(request), pk)
        viewer_of(request).must_organize(event.organization_id)
        return self._place(event)

    def _place(self, event: Event) -> PolicyScope:
        return PolicyScope(event.organization, event=event)


class SessionPolicy(PolicyView):
    """The thresholds of one session: all who see it read them, organizers set them."""

    @extend_schema(responses=PolicySerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Return the policy in effect, and where it comes from."""
        return self._read(self._place(visible_session(signed_in(request), pk)))

    @extend_schema(request=PolicySerializer, responses=PolicySerializer)
    def put(self, request: Request, pk: int) -> Response:
        """Set all thresholds; those left out get their defaults."""
        session = organized_session(viewer_of(request), pk)
        return self._write(request, self._place(session))

    @extend_schema(responses={204: None})
    def delete(self, request: Request, pk: int) -> Response:
        """Go back to what the event, the session type or the organization has."""
        session = organized_session(viewer_of(request), pk)
        return self._clear(self._place(session))

    def _place(self, session: LiveSession) -> PolicyScope:
        return PolicyScope(session.event.organization, session=session)
