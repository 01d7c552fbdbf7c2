"""Starting an account from a mail to a person who has none.

It makes an invitation to their place, as organizers do. But nobody chose who gets it,
and the mail may have been forwarded: so the place is given only to an account that has
confirmed the person's address, by a mail of its own (``must_have_confirmed``). And one
account can be made of it, with that address alone (``accounts/sign_up.py``); it has the
place as soon as it confirms the address.

Source: docs/rules.md 202.
"""

from contextlib import suppress

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.addresses import folded_address
from core.errors import Conflict, RuleBroken
from events.invitations.answering import accept
from events.invitations.inviting import Made, made_of
from events.locks import lock_people
from events.models import Invitation, InvitationQuerySet, Organization, Person, User


@transaction.atomic
def start_account(person: Person) -> Made:
    """Make an invitation of somebody to their own place, in place of an earlier one.

    Those that organizers made stay.

    Raises:
        Conflict: They have an account, or one was made in this way and waits for its
            address to be confirmed; or they have no address that it could confirm.
    """
    lock_people(person.organization_id)
    person = Person.objects.select_related("organization").get(pk=person.pk)
    if person.user_id:
        raise Conflict("has_account", _("There is an account already. Sign in."))
    if not person.email:
        raise Conflict("no_address", _("Ask an organizer to invite you."))
    started = Invitation.objects.filter(person=person, invited_by=None)
    started = started.exclude(token_digest=None)
    made_accounts = started.filter(expires_at__gt=timezone.now()).exclude(user=None)
    if made_accounts.filter(folded_email=person.folded_email).exists():
        raise Conflict(
            "account_made",
            _("An account was made already. A mail to this address confirms it."),
        )
    started.filter(user=None).delete()
    made = made_of(
        Invitation(organization=person.organization, person=person, email=person.email),
        by=None,
    )
    made.invitation.save()
    return made


def has_confirmed(invitation: Invitation, user: User) -> bool:
    """Return whether an account has confirmed the address, where that is needed."""
    if invitation.invited_by_id or invitation.person_id is None:
        return True
    address = folded_address(user.email) if user.email_verified_at else ""
    return address == invitation.folded_email


def must_have_confirmed(invitation: Invitation, user: User) -> None:
    """Refuse an invitation that nobody made to whoever has not confirmed its address.

    Raises:
        Conflict: The account has another confirmed address, or none.
    """
    if not has_confirmed(invitation, user):
        raise Conflict(
            "not_confirmed",
            _(
                "First confirm the address to which the mail went: it is that of this "
                "person. You find the link in another mail."
            ),
        )


def _started_by(user: User) -> InvitationQuerySet:
    """Return the places that an account was made for, and its address confirms."""
    made = Invitation.objects.standing().filter(user=user, invited_by=None)
    return (
        made.filter(folded_email=folded_address(user.email))
        .exclude(token_digest=None)
        .select_related("organization")
    )


def started_unconfirmed(user: User) -> Invitation | None:
    """Return a place that an account gets as soon as it confirms its address."""
    if user.email_verified_at or not user.email:
        return None
    return _started_by(user).first()


def take_started(user: User) -> list[Organization]:
    """Give an account that has just confirmed its address what it was made for.

    What is refused stays among its invitations.

    Returns:
        Where it belongs now.
    """
    taken = []
    for invitation in _started_by(user):
        with suppress(Http404, RuleBroken):
            must_have_confirmed(invitation, user)
            accept(invitation, user=user)
            taken.append(invitation.organization)
    return taken
