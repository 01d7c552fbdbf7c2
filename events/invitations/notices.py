"""What pages tell an account of its invitations, before anything else."""

from typing import NamedTuple

from events.accounts.confirming import waiting_address
from events.invitations.answering import invitations_of
from events.invitations.starting import started_unconfirmed
from events.models import Invitation, User


class InvitationNotice(NamedTuple):
    """How many are open; and what the account gets once it confirms ``waiting``."""

    number: int
    started: Invitation | None
    waiting: str

    @classmethod
    def of(cls, user: User) -> "InvitationNotice":
        """Return what there is to tell of an account's invitations."""
        started = started_unconfirmed(user)
        waiting = waiting_address(user) if started else ""
        return cls(invitations_of(user).count(), started, waiting)
