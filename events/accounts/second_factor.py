"""The second factor: codes of an app, passkeys, and codes to recover.

Source: docs/rules.md 133, 169.
"""

from typing import Any
from urllib.parse import urlsplit

from allauth.core import context
from allauth.mfa import models
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.base import forms as base
from allauth.mfa.totp import forms as totp
from django import forms
from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from events.accounts.attempts import count_try, key_of
from events.accounts.known_browsers import has_signed_in_here
from events.accounts.limits import Attempt
from events.models import User

DIGITS_AT_MOST = 16
APP, PASSKEY = models.Authenticator.Type.TOTP, models.Authenticator.Type.WEBAUTHN


class SecondFactorAdapter(DefaultMFAAdapter):
    """Allauth's, with our words."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": _("This code is wrong, or was used already."),
    }

    def generate_authenticator_name(self, user: User, type: Any) -> str:
        """Return the name of a passkey that got none."""
        number = factors_of(user).count(PASSKEY) + 1
        return gettext("Passkey %(number)s") % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return for which site passkeys are: whatever ``Host`` a proxy passes on."""
        return {"id": urlsplit(settings.PUBLIC_URL).hostname or "", "name": "Rollcall"}


def factors_of(user: User) -> list[str]:
    """Return what an account needs beside the password: APP once, each PASSKEY."""
    rows = models.Authenticator.objects.filter(user=user, type__in=(APP, PASSKEY))
    return list(rows.values_list("type", flat=True))


def has_second_factor(user: User) -> bool:
    """Return whether somebody needs more than the password to sign in."""
    return bool(factors_of(user))


def what_code_is_asked(user: User) -> str:
    """Tell a program that only a code is missing, and which."""
    if APP in factors_of(user):
        return gettext("This account needs a code, too: send it as otp.")
    return gettext(
        "This account has passkeys and no app: send one of its recovery codes as otp."
    )


def count_code(request: HttpRequest, user: User) -> Attempt:
    """Count an attempt to enter a code for an account, wherever it comes from.

    Raises:
        TooManyTries: there were too many.
    """
    is_known = has_signed_in_here(request, user)
    return Attempt("code", request, str(user.pk), is_known=is_known)


def take_code(request: HttpRequest, user: User, code: str) -> bool:
    """Return whether a code is right now; no code is right twice.

    Raises:
        TooManyTries: there were too many attempts.
    """
    attempt = count_code(request, user)
    for row in models.Authenticator.objects.filter(user=user).exclude(type=PASSKEY):
        if row.wrap().validate_code(code) and is_first_use(user, code):
            row.record_usage()
            attempt.succeeded()
            return True
    return False


def is_first_use(user: User, code: str) -> bool:
    """Return whether nobody used the code in the last minute, in any process.

    Allauth remembers it in its cache, which each process has for itself.
    """
    return count_try(key_of("used code", str(user.pk), code)).number == 1


class _OneCode(forms.Form):
    """A form with the field of a code."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["code"]
        field.label = _("Code")
        field.max_length = DIGITS_AT_MOST
        field.widget.attrs |= {"dir": "ltr", "inputmode": "numeric"}
        field.widget.attrs.pop("placeholder", None)


class _LimitedCode(_OneCode):
    user: User

    def clean_code(self) -> str:
        """Check the code, if there were not too many."""
        attempt = count_code(context.request, self.user)
        code = str(super().clean_code())  # type: ignore[misc]
        if not is_first_use(self.user, code):
            raise base.get_adapter().validation_error("incorrect_code")
        attempt.succeeded()
        return code


class CodeForm(_LimitedCode, base.AuthenticateForm):
    """The code at sign-in."""


class CodeAgainForm(_LimitedCode, base.ReauthenticateForm):
    """The code before something that matters."""


class ActivateForm(_OneCode, totp.ActivateTOTPForm):
    """The first code of an app, which shows that it is set up."""
