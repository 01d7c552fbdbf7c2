"""Pages of passkeys: allauth's, where ours differ.

The browser asks for a passkey only by a script (``static/passkeys.js``), which finds on
the page what to ask for and sends the answer with the page's form.
"""

from typing import Any

from allauth.account.mixins import NextRedirectMixin
from allauth.mfa.webauthn import views as webauthn
from allauth.mfa.webauthn.internal import auth
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from events.accounts.clocks import zone_of_account
from events.accounts.second_factor import factors_of
from events.accounts.views import answer_too_many


class _Asks:
    """A page whose script asks for a passkey."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        # A refused form stays on the page, which allauth forgets.
        return context | {"site": settings.PUBLIC_URL} | kwargs

    def form_invalid(self, form: Any) -> HttpResponse:
        context = self.get_context_data(form=form)
        return answer_too_many(form, self.render_to_response(context))  # type: ignore[attr-defined]


class SignInByPasskey(_Asks, NextRedirectMixin, webauthn.LoginWebAuthnView):
    """Signs in whoever has a passkey, without a password."""

    template_name = "mfa/webauthn/login.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the page, which asks at once."""
        response: HttpResponse = self.render_to_response(self.get_context_data())
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask for any passkey of this site."""
        options = auth.begin_authentication()
        return super().get_context_data(**kwargs) | {
            "js_data": {"request_options": options}
        }


class PasskeyAgain(_Asks, webauthn.ReauthenticateWebAuthnView):
    """Asks for a passkey again."""


class Passkeys(webauthn.ListWebAuthnView):
    """The passkeys of an account, the oldest first."""

    def get_queryset(self) -> Any:
        """Return them in order."""
        return super().get_queryset().order_by("created_at", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Tell in which zone their times are."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"zone": zone_of_account(self.request.user)}


class AddPasskey(_Asks, webauthn.AddWebAuthnView):
    """Adds a passkey, which signs in without a password from then on."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask for one that signs in by itself, which allauth leaves to its script."""
        context = super().get_context_data(**kwargs)
        options = auth.begin_registration(self.request.user, passwordless=True)
        return context | {"js_data": {"creation_options": options}}

    def get_success_url(self) -> str:
        """Lead to new recovery codes, or to the list."""
        new_codes = self.did_generate_recovery_codes
        return reverse("mfa_view_recovery_codes" if new_codes else "mfa_list_webauthn")


class RenamePasskey(webauthn.EditWebAuthnView):
    """Gives a passkey another name."""


class RemovePasskey(webauthn.RemoveWebAuthnView):
    """Removes a passkey, after asking."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Tell whether it is the last second factor."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        is_last = len(factors_of(self.request.user)) == 1
        return context | {"is_last": is_last}
