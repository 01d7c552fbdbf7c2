"""Exceptions that services raise when a rule forbids something.

REST answers them as problems, pages as messages. A message says to people what is
wrong and what would be right.
"""

from django.utils.functional import Promise


class RuleBroken(Exception):
    """A rule forbids what was asked for.

    Attributes:
        code: The rule's name for programs, the same in every language.
        message: The text for people, in the reader's language.
        field: The input that is wrong; "" if none is.
        extra: Further members of REST's answer, such as the id of what is in the way.
        wait: Seconds until a retry may succeed; None if waiting does not help.
    """

    status = 400
    wait: int | None = None

    def __init__(
        self, code: str, message: str | Promise, *, field: str = "", **extra: object
    ) -> None:
        super().__init__(code)
        self.code = code
        self.message = message
        self.field = field
        self.extra = extra

    def __str__(self) -> str:
        return str(self.message)


class Invalid(RuleBroken):
    """The input is wrong, whatever the present state."""


class NotAllowed(RuleBroken):
    """The user may see the object, but not do this to it."""

    status = 403


class Conflict(RuleBroken):
    """The input is valid, but the present state does not allow it."""

    status = 409


class NotSetUp(RuleBroken):
    """The installation lacks what this needs; the message says what to set."""

    status = 503
