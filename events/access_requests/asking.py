"""Asking for access, where accounts are made by invitation.

What somebody wrote is kept for the superusers, and mailed to those who have confirmed
an address. The answer is the same whatever becomes of it, and tells nothing of them.

Source: docs/rules.md 165.
"""

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from core import mails
from core.addresses import folded_address
from core.mail_server import MailNotSent, MailServer, open_connection
from core.names import isolated
from events.accounts.attempts import DAY, MINUTE, count_try, is_too_often, key_of
from events.accounts.limits import TooManyTries
from events.models import AccessRequest, User

# Each in a minute.
FROM_A_NETWORK, ON_THE_INSTALLATION = 10, 60
# Each in a day.
OF_A_NETWORK, OF_AN_ADDRESS, KEPT, MAILED = 20, 3, 500, 20
SUPERUSERS_TOLD = 20
# How long a page waits for a slow server.
SECONDS_AT_MOST = 20


def ask_for_access(*, name: str, email: str, purpose: str, network: str) -> None:
    """Keep what somebody asks, and mail it to superusers.

    Args:
        name: As typed, like address and purpose.
        email: The address to which somebody may answer; it is not confirmed.
        purpose: What for.
        network: The address, or the /64 of IPv6, of the computer that asks.

    Raises:
        TooManyTries: There are too many from this network, or on the installation.
    """
    for key, within, most in (
        (key_of("ask for access", network), MINUTE, FROM_A_NETWORK),
        (key_of("ask for access", "of network", network), DAY, OF_A_NETWORK),
        (key_of("ask for access"), MINUTE, ON_THE_INSTALLATION),
    ):
        tries = count_try(key, within)
        if tries.number > most:
            raise TooManyTries(tries.wait)
    # From here on the answer does not tell.
    of_address = ("of", folded_address(email))
    if _is_over(OF_AN_ADDRESS, *of_address) or _is_over(KEPT, "kept"):
        return
    asked = AccessRequest.objects.create(name=name, email=email, purpose=purpose)
    if mails.reaches_people() and not _is_over(MAILED, "mailed"):
        _tell_superusers(asked)


def _is_over(most: int, *what: str) -> bool:
    return is_too_often("ask for access", *what, most={DAY: most})


def _tell_superusers(asked: AccessRequest) -> None:
    superusers = User.objects.filter(
        is_superuser=True, is_active=True, email_verified_at__isnull=False
    )
    try:
        with open_connection(seconds=SECONDS_AT_MOST) as server:
            for user in superusers.order_by("pk")[:SUPERUSERS_TOLD]:
                _tell(user, asked, server)
    except MailNotSent:
        # The log has it, and the first page of superusers shows the request.
        return


def _tell(user: User, asked: AccessRequest, server: MailServer) -> None:
    try:
        mails.send(
            lambda: mail_about(asked),
            to=user.email,
            language=user.language or settings.LANGUAGE_CODE,
            server=server,
        )
    except MailNotSent:
        # What one mailbox refuses, the others may take.
        if server.gives_up:
            raise


def mail_about(asked: AccessRequest) -> mails.Mail:
    """Return the mail to a superuser, in the language that is active."""
    return mails.Mail(
        _("Somebody asks for access"),
        [
            _("Somebody without an account asks for access to Rollcall."),
            isolated(asked.name),
            isolated(asked.email),
            isolated(asked.purpose),
        ],
        settings.PUBLIC_URL + reverse("access_requests"),
        _("Show the requests"),
        [_("The address is not confirmed. To let them in, invite them.")],
    )
