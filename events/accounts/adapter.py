"""What django-allauth does otherwise than by default.

Passwords are checked in ``authentication.py``, their hashing is bounded in
``hashing.py``, limits stand in ``limits.py``, look-ups in ``addresses.py``. Who has
confirmed which address is decided by ``confirming.py``; ``mails.py`` has the mails.
"""

import secrets
from contextlib import suppress
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from django.contrib import messages
from django.contrib.auth import authenticate
from django.db import transaction
from django.http import HttpRequest
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import gettext as _

from core.addresses import cleaned
from core.errors import Conflict
from core.mails import Mail, MailNotSent, send
from events.accounts import mails
from events.accounts.addresses import is_confirmed_by_others
from events.accounts.authentication import NotConfirmed
from events.accounts.client import address_of
from events.accounts.confirming import confirm_address
from events.accounts.language import supported_language_of
from events.accounts.limits import has_mails_enough
from events.accounts.sign_up import may_sign_up
from events.models import User


def _must_still_wait(row: EmailAddress) -> None:
    """Refuse an address whose change a new password cancels at this moment."""
    if not EmailAddress.objects.select_for_update().filter(pk=row.pk).exists():
        raise Conflict("link_over", _("This link is over, or was used already."))


class AccountAdapter(DefaultAccountAdapter):
    """Django-allauth's way into Rollcall."""

    # --- Who gets in ------------------------------------------------------------------

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return whether this visitor may make an account."""
        return may_sign_up(request)

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        """Check a password; limits are counted by the backend, for REST too."""
        name = credentials.get("username") or credentials.get("email")
        user = authenticate(request, username=name, password=credentials["password"])
        return user if isinstance(user, User) else None

    def reauthenticate(self, user: User, password: str) -> bool:
        """Check the password again; that of somebody else's address is wrong."""
        try:
            return bool(super().reauthenticate(user, password))
        except NotConfirmed:
            return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address of whoever asks, as limits take it."""
        return address_of(request)

    def populate_username(self, request: HttpRequest, user: User) -> None:
        """Give a new account a name that tells nothing about other accounts."""
        start = slugify(user.first_name or user.email.partition("@")[0])[:40].strip("-")
        user.username = f"{start or 'user'}-{secrets.token_hex(3)}"

    # --- Addresses --------------------------------------------------------------------

    def clean_email(self, email: str) -> str:
        """Return an address without what nobody sees."""
        return cleaned(email)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Make the address of a confirmation the confirmed one of its account."""
        try:
            with transaction.atomic():
                _must_still_wait(email_address)
                confirm_address(user=email_address.user, email=email_address.email)
        except Conflict as refused:
            messages.error(request, str(refused))
            return False
        email_address.verified = True
        messages.success(request, _("The address is confirmed."))
        return True

    def should_send_confirmation_mail(
        self, request: HttpRequest, email_address: EmailAddress, signup: bool
    ) -> bool:
        """Tell somebody who has an account already that they do, instead."""
        if is_confirmed_by_others(email_address.email, user=email_address.user):
            self.send_account_already_exists_mail(email_address.email)
            return False
        return True

    # --- Mails and messages -----------------------------------------------------------

    def send_mail(
        self, template_prefix: str, email: str, context: dict[str, Any]
    ) -> None:
        """Send the mail of a name of allauth's, in the language of its reader."""
        name = template_prefix.rpartition("/")[2]
        if has_mails_enough(email, what="asked for"):
            return
        language = supported_language_of(context.get("user")) or ""
        try:
            send(lambda: self._mail(name, context), to=email, language=language)
        except MailNotSent as failed:
            messages.error(self.request, str(failed))

    def send_password_reset_mail(
        self, user: User, email: str, context: dict[str, Any]
    ) -> None:
        """Send the link to the confirmed address, not to the one that was typed.

        That may be another mailbox: lower case makes a k of the Kelvin sign.
        """
        super().send_password_reset_mail(user, user.email, context)

    def send_notification_mail(
        self,
        template_prefix: str,
        user: User,
        context: dict[str, Any] | None = None,
        email: str | None = None,
    ) -> None:
        """Tell of what whoever took an account over would do; of nothing else.

        Without a word if it cannot be sent: what it tells of is done.
        """
        news = mails.NEWS.get(template_prefix.rpartition("/")[2])
        if not news or not user.email_verified_at:
            return
        if has_mails_enough(user.email, what="told"):
            return
        with suppress(MailNotSent):
            send(
                lambda: news(user.username),
                to=user.email,
                language=supported_language_of(user) or "",
            )

    def _mail(self, name: str, context: dict[str, Any]) -> Mail:
        if name == "account_already_exists":
            return mails.account_exists(
                link=mails.public(reverse("account_reset_password"))
            )
        if name == "unknown_account":
            return mails.no_account()
        username = context["user"].username
        if name == "never_confirmed":
            path = reverse("account_confirm_email", args=[context["key"]])
            return mails.never_confirmed(link=mails.public(path), username=username)
        if name == "password_reset_key":
            path = reverse(
                "account_reset_password_from_key",
                kwargs={"uidb36": context["uid"], "key": context["key"]},
            )
            return mails.new_password(link=mails.public(path), username=username)
        path = reverse("account_confirm_email", args=[context["key"]])
        return mails.confirm_address(link=mails.public(path), username=username)

    def add_message(
        self, request: HttpRequest, level: int, *args: Any, **kwargs: Any
    ) -> None:
        """Say nothing of a sign-in, which everybody sees; and all else as allauth."""
        if "account/messages/logged_in.txt" not in args:
            super().add_message(request, level, *args, **kwargs)

    # --- Where to go ------------------------------------------------------------------

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Lead back to the account's page."""
        return reverse("account")

    def get_email_verification_redirect_url(self, email_address: EmailAddress) -> str:
        """Lead to the account's page, which shows the address; or to signing in."""
        is_theirs = self.request.user == email_address.user
        return reverse("account" if is_theirs else "home")
