"""How often one may try: to sign in, to sign up, to ask for a mail, to enter a code.

Ten times a minute with one name from one address. Wider limits hold up whoever tries
many names or comes from many addresses, but never a browser that has signed in to the
account before: else strangers could lock people out. What one address gets is limited
for everybody alike.

Source: docs/rules.md 85, 130, 163, 164.
"""

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from core.addresses import folded_address
from core.names import folded
from events.accounts.attempts import (
    HOUR,
    MINUTE,
    count_try,
    forget_tries,
    is_too_often,
    key_of,
    take_back_try,
)
from events.accounts.client import address_of, network_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PER_NETWORK = 100
PER_INSTALLATION = 1_000
# An hour: codes have six digits, and whoever guesses them has the password already.
CODES_PER_ACCOUNT = 100
# From wherever they are asked for, and whoever asks.
MAILS_TO_AN_ADDRESS = {HOUR: 10}


TOO_MANY = _("Too many attempts. Wait %(wait)s seconds, then try again.")
TOO_MANY_SIGN_INS = _(
    "Too many sign-in attempts. Wait %(wait)s seconds, then try again."
)


class TooManyTries(ValidationError):
    """There were too many attempts.

    The message is for people; ``wait`` is in seconds.
    """

    def __init__(self, wait: int, text: "StrOrPromise" = TOO_MANY) -> None:
        super().__init__(text, code="too_many_tries", params={"wait": wait})
        self.wait = wait


def has_mails_enough(email: str, *, what: str) -> bool:
    """Count a mail to an address; return whether it is one too many.

    ``what``: those that strangers can cause use up nothing of the others.
    """
    address = folded_address(email)
    return is_too_often("account mail", what, address, most=MAILS_TO_AN_ADDRESS)


class Attempt:
    """One attempt to do ``what`` with a name, counted when it is made.

    Args:
        what: ``sign in``, ``mail``, ``code`` …; each is counted by itself.
        request: The request.
        name: User name, address or whatever else is guessed with.
        is_known: Whether this browser has signed in to the account before.

    Raises:
        TooManyTries: there were too many.
    """

    def __init__(
        self, what: str, request: HttpRequest, name: str, *, is_known: bool = False
    ) -> None:
        self._text = TOO_MANY_SIGN_INS if what == "sign in" else TOO_MANY
        self._narrow = key_of(what, folded(name), address_of(request))
        self._wide: list[str] = []
        self._count(self._narrow, settings.LOGIN_TRIES_PER_MINUTE)
        if is_known:
            return
        self._count_wide(key_of(what, "network", network_of(request)), PER_NETWORK)
        self._count_wide(key_of(what, "all"), PER_INSTALLATION)
        if what == "code":
            key = key_of(what, "account", folded(name))
            self._count_wide(key, CODES_PER_ACCOUNT, HOUR)

    def _count_wide(self, key: str, most: int, within: timedelta = MINUTE) -> None:
        self._wide.append(key)
        self._count(key, most, within)

    def _count(self, key: str, most: int, within: timedelta = MINUTE) -> None:
        tries = count_try(key, within)
        if tries.number > most:
            raise TooManyTries(tries.wait, self._text)

    def take_back(self) -> None:
        """Forget that this was a try: nothing was looked at."""
        for key in (self._narrow, *self._wide):
            take_back_try(key)

    def succeeded(self) -> None:
        """Forget the tries with this name, and that this was one at all."""
        forget_tries(self._narrow)
        for key in self._wide:
            take_back_try(key)
