"""Pages of accounts: allauth's, where ours differ, and the account's own."""

from collections.abc import Callable
from typing import Any

from allauth.account.app_settings import EmailVerificationMethod
from allauth.account.decorators import reauthentication_required
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.account.utils import complete_signup
from allauth.account.views import (
    LoginView,
    PasswordChangeView,
    PasswordResetView,
    ReauthenticateView,
    SignupView,
)
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.base.views import ReauthenticateView as CodeAgainView
from allauth.mfa.totp.views import DeactivateTOTPView
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from core.mails import directory
from core.names import isolated
from events import services
from events.accounts.access import end_access, sessions_of, tokens_of
from events.accounts.client import is_local
from events.accounts.clocks import zone_of_account
from events.accounts.confirming import waiting_address
from events.accounts.forms import NewAddressForm, ProfileForm
from events.accounts.language import use_own_language
from events.accounts.limits import TooManyTries
from events.accounts.second_factor import (
    APP,
    PASSKEY,
    factors_of,
    has_second_factor,
)
from events.accounts.sign_up import (
    is_invited,
    link_has_made_its_account,
    may_sign_up,
)
from events.models import User
from events.pages import form_page, posted, show_form


def answer_too_many(form: Any, response: HttpResponse) -> HttpResponse:
    """Turn the page of a form into a 429, if it refused to try so often."""
    for errors in form.errors.as_data().values():
        for error in errors:
            if isinstance(error, TooManyTries):
                response.status_code = 429
                response.headers["Retry-After"] = str(error.wait)
    return response


class LimitedView:
    """A view of allauth whose form may refuse to try so often."""

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return self._do(form)
        except TooManyTries as refused:
            form.add_error(None, refused)
            return self.form_invalid(form)

    def _do(self, form: Any) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)  # type: ignore[misc]
        return response

    def form_invalid(self, form: Any) -> HttpResponse:
        return answer_too_many(form, super().form_invalid(form))  # type: ignore[misc]


class SignIn(LimitedView, LoginView):
    """The sign-in form; redirects to ``next``, if that is on this site."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Tell in which other ways one gets in."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "may_sign_up": may_sign_up(self.request),
            "elsewhere": settings.OIDC_NAME if settings.OIDC_URL else "",
        }


class SignUp(LimitedView, SignupView):
    """Makes an account: for the invited at once, for others once they confirm."""

    def _do(self, form: Any) -> HttpResponse:
        # So that no cookie tells whether there was an account.
        self.request.session["signed_up"] = True
        invited = is_invited(self.request)
        made: tuple[User, HttpResponse | None] = form.try_save(self.request)
        user, told = made
        if told:
            return told
        confirmed_how = (
            EmailVerificationMethod.OPTIONAL
            if invited
            else EmailVerificationMethod.MANDATORY
        )
        answer: HttpResponse = complete_signup(
            self.request, user, confirmed_how, self.get_success_url()
        )
        if invited:
            messages.success(self.request, _how_to_sign_in(self.request, user))
        return answer

    def closed(self) -> HttpResponse:
        """Tell why no account can be made."""
        context = {"link_is_used": link_has_made_its_account(self.request)}
        return render(self.request, self.template_name_signup_closed, context)


def _how_to_sign_in(request: HttpRequest, user: User) -> str:
    """Return what somebody reads who has just made an account by an invitation."""
    text = _(
        "Your user name is %(name)s. A mail to %(email)s asks you to confirm the "
        "address. After that you can sign in with the address, too."
    ) % {"name": isolated(user.username), "email": isolated(user.email)}
    if is_local(request) and (files := directory()):
        where = _("No mail server is set up: the mail is a file in %(directory)s.")
        text = f"{text} {where % {'directory': isolated(files)}}"
    return text


class ForgottenPassword(LimitedView, PasswordResetView):
    """Sends a mail to whatever address, and says so."""


class ChangePassword(LimitedView, PasswordChangeView):
    """Changes the password, which ends all other sessions and all tokens."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Tell whether there are passkeys, which stay."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        has_passkey = PASSKEY in factors_of(self.request.user)
        return context | {"has_passkey": has_passkey}


class ConfirmPassword(LimitedView, ReauthenticateView):
    """Asks for the password again."""


class ConfirmCode(LimitedView, CodeAgainView):
    """Asks for a code again."""


class SwitchOffApp(DeactivateTOTPView):
    """Switches the codes of the app off."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Tell whether a second factor is left."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"has_passkey": PASSKEY in factors_of(self.request.user)}


class EnterCode(LimitedView, AuthenticateView):
    """Asks for the code or the passkey at sign-in."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Tell what the account has."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        factors = factors_of(self.stage.login.user)
        return context | {
            "has_app": APP in factors,
            "has_passkey": PASSKEY in factors,
            "site": settings.PUBLIC_URL,
        }


sign_in: Callable[..., HttpResponse] = SignIn.as_view()


@form_page
def account(request: HttpRequest, user: User) -> HttpResponse:
    """The account's own page: what it says of its owner, and where the rest is."""
    form = ProfileForm(posted(request), user=user)
    saved = form.write(lambda: services.update_account(user=user, changes=form.changes))
    if saved:
        use_own_language(request)
        messages.success(request, _("Saved."))
        return redirect("account")
    return show_form(
        request,
        form,
        template="account/account.html",
        page="account",
        title=_("Your account"),
        submit=_("Save"),
        back=reverse("home"),
        waiting=waiting_address(user),
        has_second_factor=has_second_factor(user),
    )


def _has_to_prove_it(request: HttpRequest) -> bool:
    """Return whether another address is sent for an account that can prove more.

    The mail to an address that waits already may be had again without.
    """
    if request.method != "POST" or not isinstance(request.user, User):
        return False
    waiting = waiting_address(request.user)
    is_another = not waiting or request.POST.get("email") != waiting
    return is_another and bool(get_reauthentication_flows(request.user))


@form_page
@reauthentication_required(enabled=_has_to_prove_it)  # type: ignore[untyped-decorator]
def address(request: HttpRequest, user: User) -> HttpResponse:
    """Change the address: the password is asked for first. Or get the mail again."""
    form = NewAddressForm(data=posted(request), user=user)
    if request.method == "POST" and form.is_valid():
        form.save(request)
        return redirect("account_email_verification_sent")
    context = {"form": form, "waiting": waiting_address(user)}
    return answer_too_many(form, render(request, "account/email_change.html", context))


@form_page
def sessions(request: HttpRequest, user: User) -> HttpResponse:
    """List sessions and tokens of the account, and end one of them."""
    if request.method == "POST":
        end_access(user, request.POST.get("end", ""))
        messages.success(request, _("Ended."))
        return redirect("account_sessions")
    context = {
        "sessions": sessions_of(user, request),
        "tokens": tokens_of(user),
        "zone": zone_of_account(user),
    }
    return render(request, "account/sessions.html", context)
