"""What services raise when a rule says no; REST and pages put it into their own form.

A message is for people: what is wrong and what would be right.
"""

from django.utils.functional import Promise


class RuleBroken(Exception):
    """A rule says no.

    Attributes:
        code: What it is, for programs; stays the same in every language.
        message: The same for people, in the reader's language.
        field: The input that is to blame, if one is.
        extra: Further members of the answer, as the id of what is in the way.
        wait: After how many seconds it may be tried again; None: that changes nothing.
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
    """What was sent cannot be right, whatever the present state."""


class NotAllowed(RuleBroken):
    """The user sees the object and may not do this to it."""

    status = 403


class Conflict(RuleBroken):
    """What was sent is right in itself, and the present state does not allow it."""

    status = 409


class NotSetUp(RuleBroken):
    """The installation lacks what this needs; the message says what to set."""

    status = 503
