"""Passkeys: what browsers send of them, read with care and with our limits.

A passkey signs in without a password, and is a second factor. Whoever uses one always
shows the device that it is them (a fingerprint, a PIN), so it stands for both.

Source: docs/rules.md 130, 169.
"""

import json
import struct
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from allauth.core import context
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as webauthn
from allauth.mfa.webauthn.internal import auth
from django import forms
from django.utils.translation import gettext_lazy as _

from core.form_parts import NameField
from events.accounts.known_browsers import has_signed_in_here
from events.accounts.limits import Attempt
from events.accounts.second_factor import count_code
from events.models import User

# A passkey with the largest key and the certificates of its maker takes a third of it.
LETTERS_AT_MOST = 20_000
NOT_TAKEN = _("This passkey was not accepted. Try again, or choose another way.")
# What reading bytes as base64, CBOR and keys raises where they are something else.
UNREADABLE = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
    struct.error,
)


@contextmanager
def _told_in_our_words() -> Iterator[None]:
    try:
        yield
    except (forms.ValidationError, *UNREADABLE):
        raise forms.ValidationError(NOT_TAKEN, code="wrong_passkey") from None


class CredentialField(forms.CharField):
    """What the script puts into the form: the browser's answer, an object of JSON."""

    widget = forms.HiddenInput
    default_error_messages = {"required": NOT_TAKEN, "max_length": NOT_TAKEN}

    def __init__(self) -> None:
        super().__init__(max_length=LETTERS_AT_MOST)

    def clean(self, value: Any) -> Any:
        """Return the object, of which nothing but that is known yet."""
        text = super().clean(value)
        with _told_in_our_words():
            sent = json.loads(text)
            if not isinstance(sent, dict) or not isinstance(sent["response"], dict):
                raise TypeError
        return sent


class AddPasskeyForm(webauthn.AddWebAuthnForm):
    """A name, and the passkey that the browser made."""

    field_order = ["name", "credential"]

    name = NameField(
        label=_("Name"),
        required=False,
        help_text=_("Where it is kept: such as “My phone”."),
    )
    credential = CredentialField()
    # Every passkey signs in without a password.
    passwordless = None

    def clean(self) -> Any:
        """Check the passkey; keep of it what is needed to know it again."""
        with _told_in_our_words():
            cleaned = super().clean()
            if sent := cleaned.get("credential"):
                cleaned["credential"] = _kept(sent)
        return cleaned


def _kept(sent: dict[str, Any]) -> dict[str, Any]:
    """Leave out what nobody asked for, which may be anything."""
    response = sent["response"]
    return {
        "type": "public-key",
        "id": sent["rawId"],
        "rawId": sent["rawId"],
        "response": {
            name: response[name] for name in ("clientDataJSON", "attestationObject")
        },
        "clientExtensionResults": {"credProps": {"rk": True}},
    }


class RenamePasskeyForm(webauthn.EditWebAuthnForm):
    """Another name."""

    name = NameField(label=_("Name"))


class _AsCode(forms.Form):
    """A passkey instead of a code, counted with the codes."""

    user: User
    credential = CredentialField()

    def clean_credential(self) -> Authenticator:
        """Check the passkey, if there were not too many tries."""
        attempt = count_code(context.request, self.user)
        with _told_in_our_words():
            row = super().clean_credential()  # type: ignore[misc]
        attempt.succeeded()
        return row


class PasskeyForm(_AsCode, webauthn.AuthenticateWebAuthnForm):
    """The passkey after the password."""


class PasskeyAgainForm(_AsCode, webauthn.ReauthenticateWebAuthnForm):
    """The passkey before something that matters."""


class SignInByPasskeyForm(webauthn.LoginWebAuthnForm):
    """The passkey alone, which says whose it is."""

    credential = CredentialField()

    def clean_credential(self) -> Authenticator:
        """Check the passkey, limited as a password of that account is."""
        request = context.request
        user = _claimed(self.cleaned_data["credential"])
        name = user.username if user else ""
        is_known = bool(user and has_signed_in_here(request, user))
        attempt = Attempt("sign in", request, name, is_known=is_known)
        with _told_in_our_words():
            row = super().clean_credential()
        attempt.succeeded()
        return row


def _claimed(sent: dict[str, Any]) -> User | None:
    """Return whose passkey it is said to be: nothing proves it yet."""
    with suppress(forms.ValidationError, *UNREADABLE):
        user: User = auth.extract_user_from_response(sent)
        return user
    return None
