"""What follows when a password is changed, wherever it is: pages, admin, commands.

Django calls all of ``AUTH_PASSWORD_VALIDATORS`` when a new password is stored. Other
sessions end by themselves: Django binds each to the password.

Source: docs/rules.md 129, 132, 162.
"""

from events.accounts.access import end_tokens
from events.accounts.confirming import drop_waiting_addresses
from events.models import User


class NewPasswordEndsAccess:
    """Takes every password; ends the tokens of the old one, and changes of address."""

    def validate(self, password: str, user: User | None = None) -> None:
        """Take it."""

    def get_help_text(self) -> str:
        """Return nothing: it asks for nothing."""
        return ""

    def password_changed(self, password: str, user: User | None = None) -> None:
        """End the tokens; nobody must change the password any more."""
        if user is None or user.pk is None:
            return
        end_tokens(user)
        drop_waiting_addresses(user)
        if user.must_change_password:
            user.must_change_password = False
            User.objects.filter(pk=user.pk).update(must_change_password=False)
