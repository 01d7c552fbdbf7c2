"""What the mails about accounts say."""

from collections.abc import Callable

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from core.mails import Mail


def public(path: str) -> str:
    """Return the address of a page for mails: not that of a forged request."""
    return f"{settings.PUBLIC_URL}{path}"


def unasked() -> str:
    """Return what ends mails that anybody can cause."""
    return _("If it was not you, you need not do anything.")


def confirm_address(*, link: str, username: str) -> Mail:
    """Return the mail to an address that somebody gave as theirs."""
    return Mail(
        _("Confirm your email address"),
        [
            _("Somebody gave this address for the account “%(name)s” at Rollcall.")
            % {"name": username},
            _("If it was you, open this page and confirm it:"),
        ],
        link,
        _("Confirm the address"),
        [unasked()],
    )


def another_address_asked_for(*, link: str, username: str) -> Mail:
    """Return the mail to the confirmed address, when somebody gives another one.

    The other one is not named: whoever gave it could write to the reader by that.
    """
    return Mail(
        _("Somebody asked to change your email address"),
        [
            _(
                "Somebody asked to change the address of your account “%(name)s” at "
                "Rollcall. This address counts until the new one is confirmed."
            )
            % {"name": username},
            _(
                "If it was not you, change your password now: that also cancels the "
                "change, and ends all other sessions and all API tokens."
            ),
        ],
        link,
        _("Change the password"),
        [_("If it was you, you need not do anything.")],
    )


def passkey_added(username: str) -> Mail:
    """Return the mail to the confirmed address, when an account has a new passkey."""
    link = public(reverse("mfa_list_webauthn"))
    return Mail(
        _("Your account has a new passkey"),
        [
            _("A passkey now signs in to your account “%(name)s” at Rollcall.")
            % {"name": username},
            _("If it was not you, remove it, and change your password."),
        ],
        link,
        _("Passkeys"),
        [_("If it was you, you need not do anything.")],
    )


def password_changed(username: str) -> Mail:
    """Return the mail to the confirmed address, when an account has a new password."""
    return Mail(
        _("Your account has a new password"),
        [
            _("Your account “%(name)s” at Rollcall has a new password.")
            % {"name": username},
            _(
                "If it was not you, choose another one now. That ends all sessions and "
                "all API tokens."
            ),
        ],
        public(reverse("account_reset_password")),
        _("Choose a new password"),
        [_("If it was you, you need not do anything.")],
    )


def codes_switched_off(username: str) -> Mail:
    """Return the mail to the confirmed address, when codes are asked for no more."""
    return Mail(
        _("Your account no longer asks for codes"),
        [
            _(
                "The app with codes was switched off for your account “%(name)s” at "
                "Rollcall."
            )
            % {"name": username},
            _("If it was not you, choose a new password, and set the app up again."),
        ],
        public(reverse("account_reset_password")),
        _("Choose a new password"),
        [_("If it was you, you need not do anything.")],
    )


# By allauth's names of what happened.
NEWS: dict[str, Callable[[str], Mail]] = {
    "webauthn_added": passkey_added,
    "password_changed": password_changed,
    "password_reset": password_changed,
    "password_set": password_changed,
    "totp_deactivated": codes_switched_off,
}


def account_exists(*, link: str) -> Mail:
    """Return the mail to somebody with an account whose address was given again."""
    return Mail(
        _("You have an account already"),
        [
            _("Somebody gave this address for an account at Rollcall."),
            _(
                "You have one: sign in with this address. If you forgot the password, "
                "choose a new one here:"
            ),
        ],
        link,
        _("Choose a new password"),
        [unasked()],
    )


def new_password(*, link: str, username: str) -> Mail:
    """Return the mail with the link to choose a new password."""
    return Mail(
        _("Choose a new password"),
        [
            _("Somebody asked for a new password for your account “%(name)s”.")
            % {"name": username},
            _("If it was you, choose one here:"),
        ],
        link,
        _("Choose a new password"),
        [unasked()],
    )


def never_confirmed(*, link: str, username: str) -> Mail:
    """Return the mail instead of a new password's, where nobody confirmed the address.

    ``username``: of an account that has it.
    """
    return Mail(
        _("Confirm your email address first"),
        [
            _(
                "Somebody asked for a new password with this address. The address of "
                "the account “%(name)s” was never confirmed."
            )
            % {"name": username},
            _(
                "If you still know its password, confirm the address on this page. "
                "After that you can ask for a new password at any time."
            ),
        ],
        link,
        _("Confirm the address"),
        [
            _(
                "If you do not know it, make a new account: ask whoever invited you "
                "for another invitation."
            ),
            unasked(),
        ],
    )


def no_account() -> Mail:
    """Return the mail to an address that no account has confirmed."""
    return Mail(
        _("There is no account with this address"),
        [
            _(
                "Somebody asked for a new password with this address, but no account "
                "has confirmed it."
            ),
            _(
                "If it was you: you may have given another address, or not confirmed "
                "this one yet."
            ),
        ],
        after=[unasked()],
    )
