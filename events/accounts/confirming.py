"""Confirmed addresses: ``User.email_verified_at`` is the truth, allauth's rows follow.

An account has one address. While another one waits to be confirmed, a second row of
allauth's ``EmailAddress`` holds it; nothing else knows of it.

Source: docs/rules.md 86, 126, 127, 162.
"""

from contextlib import suppress
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.addresses import folded_address, is_plain, is_same_mailbox
from core.errors import Conflict
from core.mails import MailNotSent, send
from events.accounts import mails
from events.accounts.addresses import is_confirmed_by_others
from events.accounts.known_browsers import has_signed_in_here
from events.accounts.language import supported_language_of
from events.accounts.limits import Attempt, has_mails_enough
from events.invitations.offers import offer_all_places
from events.models import User

TAKEN = _("Another account has already confirmed this address.")


@transaction.atomic
def confirm_address(*, user: User, email: str) -> int:
    """Make an address the confirmed one of an account; offer it their places.

    Returns:
        The number of places that are offered now.

    Raises:
        Conflict: another account has confirmed this address, or one that looks like it;
            or it only looks like the address that it counts as when folded.
    """
    if not is_plain(email) or is_confirmed_by_others(email, user=user):
        raise _taken()
    if not is_same_mailbox(email, user.email):
        user.email, user.email_verified_at = email, None
    if user.email_verified_at is None:
        user.email_verified_at = timezone.now()
        user.folded_email = user.address_to_take
        try:
            with transaction.atomic():
                user.save(update_fields=["email", "email_verified_at", "folded_email"])
        except IntegrityError as error:
            raise _taken() from error
    return offer_all_places(user=user)


def _taken() -> Conflict:
    return Conflict("email_taken", TAKEN, field="email")


def waiting_address(user: User) -> str:
    """Return the address that waits to be confirmed; "" if none does."""
    row = EmailAddress.objects.filter(user=user, verified=False).order_by("pk").last()
    return str(row.email) if row else ""


@transaction.atomic
def propose_address(*, user: User, email: str) -> EmailAddress:
    """Let an address wait to be confirmed, instead of any that waits.

    An account without a confirmed address has it at once, unconfirmed.
    """
    EmailAddress.objects.filter(user=user, primary=False).delete()
    if not user.email_verified_at or is_same_mailbox(email, user.email):
        user.email = email
        user.save(update_fields=["email"])
        return EmailAddress.objects.get(user=user, primary=True)
    address = folded_address(email)
    return EmailAddress.objects.get_or_create(user=user, email=address)[0]


def drop_address(*, user: User) -> None:
    """Leave an account without an address, also without one that waits."""
    EmailAddress.objects.filter(user=user).delete()
    user.email, user.email_verified_at, user.folded_email = "", None, None
    user.save(update_fields=["email", "email_verified_at", "folded_email"])


def drop_waiting_addresses(user: User) -> None:
    """Void the links of all mails that ask to confirm an address of this account."""
    gone, _rows = EmailAddress.objects.filter(user=user, verified=False).delete()
    if gone:
        follow(user)


def count_mails(*, user: User, email: str, request: HttpRequest) -> None:
    """Count the mails of asking to confirm an address: to it, and to the old one.

    Raises:
        TooManyTries: one of the two addresses had too many.
    """
    is_known = has_signed_in_here(request, user)
    old = user.email if user.email_verified_at else ""
    for address in {folded_address(email), folded_address(old)} - {""}:
        Attempt("mail", request, address, is_known=is_known)


def ask_to_confirm_address(
    *, user: User, email: str, request: HttpRequest
) -> EmailAddress:
    """Let an address wait to be confirmed, and send the mail that asks for it.

    If another account has confirmed it, the mail says so instead. The address that is
    confirmed so far is told at once: whoever stole a session could ask for it.
    """
    is_news = folded_address(email) != folded_address(waiting_address(user))
    row = propose_address(user=user, email=email)
    if is_news and user.email_verified_at and not is_same_mailbox(email, user.email):
        _tell_old_address(user)
    if get_adapter().should_send_confirmation_mail(request, row, signup=False):
        row.send_confirmation(request)
    return row


def _tell_old_address(user: User) -> None:
    if has_mails_enough(user.email, what="told"):
        return
    link = mails.public(reverse("account_change_password"))
    with suppress(MailNotSent):
        send(
            lambda: mails.another_address_asked_for(link=link, username=user.username),
            to=user.email,
            language=supported_language_of(user) or "",
        )


def follow(user: User) -> None:
    """Make allauth's row of an account's address what the account says."""
    written = user.email if _keeps_its_writing(user) else folded_address(user.email)
    rows = EmailAddress.objects.filter(user=user)
    rows.exclude(email=written).filter(Q(verified=True) | Q(primary=True)).delete()
    if written:
        EmailAddress.objects.update_or_create(
            user=user,
            email=written,
            defaults={"verified": bool(user.email_verified_at), "primary": True},
        )


def _keeps_its_writing(user: User) -> bool:
    """Return whether an older account has the folded address."""
    return bool(user.email_verified_at) and user.folded_email is None


def follow_when_saved(
    sender: object,
    instance: User,
    created: bool,
    update_fields: frozenset[str] | None = None,
    **_more: Any,
) -> None:
    """Follow an account that was saved; sign-up makes the row of a new one itself."""
    columns = {"email", "email_verified_at"}
    if not created and (update_fields is None or columns & update_fields):
        follow(instance)
