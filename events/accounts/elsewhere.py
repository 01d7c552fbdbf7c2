"""Signing in elsewhere: at the OpenID Connect provider of the settings.

The provider is the operator's own choice, so the addresses that it calls confirmed are.

Source: docs/rules.md 135.
"""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest
from django.urls import reverse

from core.addresses import is_same_mailbox
from core.errors import Conflict
from events.accounts.addresses import account_that_signs_in_by
from events.accounts.confirming import confirm_address
from events.accounts.sign_up import make_account
from events.models import User


class ElsewhereAdapter(DefaultSocialAccountAdapter):
    """Django-allauth's way in from elsewhere."""

    def authenticate_by_email(self, login: Any) -> tuple[User, str] | None:
        """Return the account that has confirmed an address which the provider has."""
        for address in login.email_addresses:
            if not address.verified:
                continue
            user = account_that_signs_in_by(address.email)
            if user and is_same_mailbox(address.email, user.email):
                return user, address.email
        return None

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: Any) -> User:
        """Take name and address; our user name is made, and tells nothing."""
        _drop_other_mailboxes(sociallogin)
        emails = [address.email for address in sociallogin.email_addresses]
        ours = {**data, "username": "", "email": next(iter(emails), "")}
        user: User = super().populate_user(request, sociallogin, ours)
        name = data.get("name") or user.get_full_name()
        user.first_name, user.last_name = name[:150], ""
        return user

    def save_user(
        self, request: HttpRequest, sociallogin: Any, form: Any = None
    ) -> User:
        """Store a new account; an invitation lets make one."""
        save = super().save_user
        return make_account(request, lambda: save(request, sociallogin, form))

    def get_connect_redirect_url(
        self, request: HttpRequest, socialaccount: object
    ) -> str:
        """Lead back to the account's page."""
        return reverse("account")


def _drop_other_mailboxes(login: Any) -> None:
    """Drop addresses that allauth's lower case made another mailbox's.

    It makes a k of the Kelvin sign, so the provider did not confirm that address.
    """
    said = login.provider.extract_email_addresses(login.account.extra_data)
    login.email_addresses = [
        ours
        for ours in login.email_addresses
        if any(is_same_mailbox(ours.email, theirs.email) for theirs in said)
    ]


def confirm_what_the_provider_confirmed(
    sender: object, request: object, user: User, **_more: Any
) -> None:
    """Make an account follow the row that its sign-up made, if that is confirmed."""
    row = EmailAddress.objects.filter(user=user, verified=True).first()
    if row is None:
        return
    try:
        confirm_address(user=user, email=row.email)
    except Conflict:
        row.verified = False
        row.save(update_fields=["verified"])
