"""REST of signing in, and of the caller's own account."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth import authenticate
from django.db.models import Prefetch, prefetch_related_objects
from django.utils.translation import gettext_lazy as _
from drf_spectacular import openapi
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import AllowAny, BasePermission, IsAuthenticated
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.errors import Invalid
from core.problems import ProblemResponse
from events import services
from events.accounts.authentication import (
    SIGN_IN_TOKEN_LIFETIME,
    BearerAuthentication,
    NotConfirmed,
    issue_token,
)
from events.accounts.confirming import ask_to_confirm_address, count_mails, drop_address
from events.accounts.first_password import change_password_first, must_change_first
from events.accounts.limits import TooManyTries
from events.accounts.second_factor import (
    has_second_factor,
    take_code,
    what_code_is_asked,
)
from events.models import Membership, User
from events.permissions import signed_in
from events.serializers import AccountSerializer, SignInSerializer, TokenSerializer

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class TokenView(APIView):
    """Bearer tokens."""

    def get_authenticators(self) -> list[BaseAuthentication]:
        """Return bearer tokens to revoke the sent token; signing in needs nothing."""
        return [BearerAuthentication()] if self._revokes else []

    def get_permissions(self) -> list[BasePermission]:
        """Let everybody sign in; who revokes a token must have sent it."""
        return [IsAuthenticated() if self._revokes else AllowAny()]

    @property
    def _revokes(self) -> bool:
        return getattr(self.request, "method", "") == "DELETE"

    @extend_schema(
        auth=[],
        request=SignInSerializer,
        responses=TokenSerializer,
        operation_id="auth_token_create",
    )
    def post(self, request: Request) -> Response | ProblemResponse:
        """Sign in with user name and password; the token is valid for 90 days.

        An account with a second factor needs `otp` too: without it the answer is 401
        with the code `otp_required`. It is a code of the app, or a recovery code: those
        are what accounts with passkeys alone send.
        """
        serializer = SignInSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        sent = serializer.validated_data
        django_request = request._request  # noqa: SLF001
        try:
            user = authenticate(
                django_request, username=sent["username"], password=sent["password"]
            )
            if not isinstance(user, User):
                return _refused("wrong_password", _("Wrong user name or password."))
            if must_change_first(django_request, user):
                return change_password_first()
            if has_second_factor(user):
                if not sent["otp"]:
                    return _refused("otp_required", what_code_is_asked(user))
                if not take_code(django_request, user, sent["otp"]):
                    text = _("This code is wrong, or was used already.")
                    return _refused("wrong_otp", text)
        except NotConfirmed:
            return _refused("wrong_password", _("Wrong user name or password."))
        except TooManyTries as refused:
            return _too_many(refused)
        token, expires_at = issue_token(user=user, lifetime=SIGN_IN_TOKEN_LIFETIME)
        answer = TokenSerializer({"token": token, "expires_at": expires_at})
        return Response(answer.data)

    @extend_schema(responses={204: None}, operation_id="auth_token_revoke")
    def delete(self, request: Request) -> Response:
        """Revoke the token that is sent with this request."""
        request.auth.delete()
        return Response(status=status.HTTP_204_NO_CONTENT)


class MeView(APIView):
    """The caller's own account."""

    @extend_schema(responses=AccountSerializer, operation_id="me_retrieve")
    def get(self, request: Request) -> Response:
        """Return the caller's account, with their role in each organization."""
        return Response(_account(signed_in(request)))

    @extend_schema(
        request=AccountSerializer(partial=True),
        responses=AccountSerializer,
        operation_id="me_update",
    )
    def patch(self, request: Request) -> Response | ProblemResponse:
        """Change the caller's account. A new address counts when it is confirmed."""
        user = signed_in(request)
        serializer = AccountSerializer(user, data=request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        changes = dict(serializer.validated_data)
        email = changes.pop("email", user.email)
        if email != user.email:
            refused = _change_address(request, user, email)
            if refused:
                return refused
        if "get_full_name" in changes:
            changes["name"] = changes.pop("get_full_name")
        return Response(_account(services.update_account(user=user, changes=changes)))


def _refused(code: str, text: "StrOrPromise") -> ProblemResponse:
    return ProblemResponse(401, text, code=code, headers={"WWW-Authenticate": "Bearer"})


def _too_many(refused: TooManyTries) -> ProblemResponse:
    return ProblemResponse(
        429,
        refused.messages[0],
        code="too_many_tries",
        headers={"Retry-After": str(refused.wait)},
    )


def _change_address(request: Request, user: User, email: str) -> ProblemResponse | None:
    """Let an address wait to be confirmed; only an unconfirmed one can be left out."""
    django_request = request._request  # noqa: SLF001
    if not email and user.email_verified_at:
        text = _("A confirmed address stays until another one is confirmed: send that.")
        raise Invalid("address_needed", text, field="email")
    if not email:
        drop_address(user=user)
        return None
    try:
        count_mails(user=user, email=email, request=django_request)
    except TooManyTries as refused:
        return _too_many(refused)
    ask_to_confirm_address(user=user, email=email, request=django_request)
    return None


def _account(user: User) -> Any:
    memberships = Membership.objects.select_related("organization").order_by(
        "organization__name", "pk"
    )
    prefetch_related_objects([user], Prefetch("memberships", memberships))
    return AccountSerializer(user).data


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """The bearer token in OpenAPI; drf-spectacular finds this subclass by itself."""

    target_class = "events.accounts.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(
        self, auto_schema: openapi.AutoSchema
    ) -> dict[str, str]:
        """Return the OpenAPI security scheme."""
        return {"type": "http", "scheme": "bearer"}
