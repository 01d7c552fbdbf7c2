"""Accounts in the states that their pages can show."""

from datetime import timedelta

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.utils import timezone

from events.accounts.authentication import issue_token
from events.models import User
from tests.events.accounts.devices import make_passkey
from tests.factories import make_user

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def hashed(password: str) -> str:
    """As the application hashes passwords: tests themselves do it more quickly.

    With fewer rounds it would hash anew when they sign in, which ends other windows.
    """
    hasher = PBKDF2PasswordHasher()
    return hasher.encode(password, hasher.salt())


class Accounts:
    """A guarded one, with everything; a bare one, whose address waits."""

    def __init__(self, password: str) -> None:
        self.guarded = make_user(
            "guarded", password=hashed(password), email_verified_at=timezone.now()
        )
        TOTP.activate(self.guarded, SECRET)
        RecoveryCodes.activate(self.guarded)
        self.passkey = make_passkey(self.guarded, "x" * 200)
        self.passkey.record_usage()
        make_passkey(self.guarded, "هاتفي")
        issue_token(user=self.guarded, lifetime=timedelta(days=90))
        issue_token(user=self.guarded, lifetime=None)
        EmailAddress.objects.create(user=self.guarded, email="waits@example.com")
        self.bare = make_user("bare", password=hashed(password))
        self.waiting = EmailAddress.objects.create(
            user=self.bare, email=self.bare.email, primary=True
        )

    def key(self, name: str) -> list[str]:
        """The parts of the address of a link in a mail; "over": of one that is not."""
        if name == "confirm":
            return [EmailConfirmationHMAC(self.waiting).key]
        if name == "reset":
            return _reset(self.bare)
        return ["over"] if name == "confirm, over" else ["1", "over-1"]


def _reset(user: User) -> list[str]:
    return [user_pk_to_url_str(user), default_token_generator.make_token(user)]
