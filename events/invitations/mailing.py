"""The mails with the links of invitations.

A mail that is not sent stops nothing: the link is shown to whoever invites, and the
invitation says that it was not sent.

Source: docs/rules.md 161.
"""

import time
from collections.abc import Sequence
from datetime import timedelta

from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone
from django.utils.translation import gettext as _

from core.addresses import folded_address
from core.mails import Mail, MailNotSent, open_connection, send
from core.names import isolated
from core.times import short_day
from events.accounts.attempts import count_try, key_of
from events.accounts.limits import TooManyTries
from events.invitations.inviting import Made
from events.models import Invitation, User

MAILS_A_MINUTE = 300
MAILS_A_DAY = 1_000
TO_ONE_ADDRESS_A_DAY = 10
_MINUTE, _DAY = timedelta(minutes=1), timedelta(days=1)
# How long a page waits for a slow server; what is left then is not sent.
SECONDS_AT_MOST = 20


def send_links(made: Sequence[Made], *, by: User) -> None:
    """Mail the links to all who have an address, and note which were sent.

    To be called once the invitations are committed.
    """
    to_send = [each for each in made if each.invitation.email]
    if not to_send:
        return
    sent: list[Invitation] = []
    unsent: list[Invitation] = []
    until = time.monotonic() + SECONDS_AT_MOST
    try:
        with open_connection() as connection:
            for each in to_send:
                in_time = time.monotonic() < until
                is_sent = in_time and _send_one(each, by, connection)
                (sent if is_sent else unsent).append(each.invitation)
    except MailNotSent:
        unsent = [each.invitation for each in to_send]
    _note(sent, failed=False)
    _note(unsent, failed=True)


def _send_one(made: Made, by: User, connection: BaseEmailBackend) -> bool:
    invitation = made.invitation
    person = invitation.person
    try:
        _must_not_be_too_many(by, invitation)
        send(
            lambda: mail_of(invitation, made.url),
            to=invitation.email,
            language=(person and person.language) or invitation.organization.language,
            connection=connection,
        )
    except (MailNotSent, TooManyTries):
        return False
    return True


def _must_not_be_too_many(by: User, invitation: Invitation) -> None:
    account = ("invitations by", str(by.pk))
    organization = ("invitations of", str(invitation.organization_id))
    receiver = ("invitations to", folded_address(invitation.email))
    for (what, who), within, most in (
        (account, _MINUTE, MAILS_A_MINUTE),
        (account, _DAY, MAILS_A_DAY),
        (organization, _DAY, MAILS_A_DAY),
        (receiver, _DAY, TO_ONE_ADDRESS_A_DAY),
    ):
        tries = count_try(key_of(what, who, str(within)), within=within)
        if tries.number > most:
            raise TooManyTries(tries.wait)


def _note(invitations: Sequence[Invitation], *, failed: bool) -> None:
    now = timezone.now()
    for each in invitations:
        each.mail_failed = failed
        each.mailed_at = each.mailed_at if failed else now
    ids = [each.pk for each in invitations]
    rows = Invitation.objects.filter(pk__in=ids)
    if failed:
        rows.update(mail_failed=True)
    else:
        rows.update(mail_failed=False, mailed_at=now)


def mail_of(invitation: Invitation, url: str) -> Mail:
    """Return the mail of an invitation, in the language that is active.

    It tells the organization's name, and nothing else that somebody wrote.
    """
    organization = isolated(invitation.organization.name)
    who = (
        _("%(organization)s invites you to a place on its rosters.")
        if invitation.person
        else _("%(organization)s invites you, as %(role)s.")
    )
    names = {"organization": organization, "role": invitation.get_role_display()}
    assert invitation.expires_at  # noqa: S101  every link has an end
    until = short_day(invitation.expires_at, invitation.organization.time_zone)
    return Mail(
        _("Invitation to %(organization)s") % {"organization": organization},
        [
            who % names,
            _("Open this page to see it and to accept. It works once, until %(date)s.")
            % {"date": until},
        ],
        url,
        _("Show the invitation"),
        [_("If you do not know who invites you, you need not do anything.")],
    )
