"""Naming the account of a person, or of a new member, which asks that account.

What is answered, and how many queries run, is the same whether there is such an account
or not. The name means the account that has it now: if there is none, the invitation
never works.

Source: docs/rules.md 153.
"""

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.addresses import folded_address, look_alike
from core.errors import Conflict, Invalid
from core.names import folded
from events.models import (
    Invitation,
    InvitationState,
    Membership,
    Organization,
    Person,
    User,
)
from events.models.invitations import LIFETIME

# What naming somebody anew replaces.
_UNANSWERED = (InvitationState.OPEN, InvitationState.DECLINED)


def account_named(name: str) -> User | None:
    """Return the active account of exactly this name, else that of the folded one."""
    found = User.objects.filter(
        Q(username=name) | Q(folded_username=folded(name)), is_active=True
    )
    accounts = {account.username: account for account in found}
    return accounts.get(name) or next(iter(accounts.values()), None)


def links_at_once(account: User | None, by: User | None) -> bool:
    """Return whether ``account`` need not be asked when ``by`` names it."""
    return by is not None and (by.is_superuser or by == account)


def no_such_account(name: str, *, field: str) -> Invalid:
    """Return the refusal of a name, which only superusers get."""
    return Invalid(
        "does_not_exist",
        _("There is no account “%(value)s”.") % {"value": name},
        field=field,
    )


def name_account(person: Person, name: str, *, by: User | None) -> User | None:
    """Set a person's account to the one of this name, or to one that is to be asked.

    The caller stores the person, then calls :func:`ask_account`.

    Returns:
        The account that is to be asked, if there is one.

    Raises:
        Invalid: A superuser names an account that does not exist.
    """
    account = account_named(name)
    if links_at_once(account, by) or (account and account == person.user):
        if account is None:
            raise no_such_account(name, field="user")
        person.user, person.invited_username = account, ""
        return None
    person.user, person.invited_username = None, name
    return account


def ask_account(person: Person, account: User | None, *, by: User | None) -> None:
    """Replace whoever was asked before by the account that the person now names."""
    forget_named(person)
    if person.invited_username:
        Invitation.objects.create(
            organization_id=person.organization_id,
            person=person,
            user=account,
            username=person.invited_username,
            invited_by=by,
        )


def forget_named(person: Person) -> None:
    """Ask no account any more that was named for a person."""
    named = Invitation.objects.filter(person=person, state__in=_UNANSWERED)
    named.exclude(username="").delete()


def close_invitations(person: Person) -> None:
    """Answer whatever else invites to a place that has an account now.

    Who invited sees it accepted, by whichever way the account took the place. Declined
    ones, too: who invited must not see the difference. Offers are withdrawn, and links
    to an address that the person has no more.
    """
    now, is_offer = timezone.now(), Q(invited_by=None)
    others = Invitation.objects.filter(person=person)
    invited = others.filter(~is_offer, state__in=_UNANSWERED)
    invited.filter(folded_email__in=("", person.folded_email)).update(
        state=InvitationState.ACCEPTED, answered_at=now, answered_by=person.user
    )
    offered = Q(is_offer, user=person.user, state=InvitationState.OPEN)
    to_elsewhere = Q(~is_offer, state__in=_UNANSWERED)
    others.filter(offered | to_elsewhere).update(
        state=InvitationState.REVOKED, answered_at=now
    )


def ask_to_be_member(
    organization: Organization, *, role: str, username: str, email: str, by: User
) -> Invitation:
    """Invite the account of this name, or of this confirmed address, to a role.

    Raises:
        Conflict: It is a member already, which members may know.
    """
    account = account_named(username) if username else None
    must_not_be_member(organization, account, email)
    typed = {"username": username, "folded_email": folded_address(email)}
    Invitation.objects.filter(
        organization=organization,
        person=None,
        token_digest=None,
        state__in=_UNANSWERED,
        **typed,
    ).delete()
    return Invitation.objects.create(
        organization=organization,
        role=role,
        user=account,
        username=username,
        email=email,
        invited_by=by,
        expires_at=timezone.now() + LIFETIME,
    )


def must_not_be_member(
    organization: Organization, account: User | None, email: str
) -> None:
    """Refuse an account, or whoever has confirmed an address, that is a member.

    Raises:
        Conflict: It is.
    """
    members = Membership.objects.filter(organization=organization)
    if email:
        is_member = members.filter(user__folded_email=look_alike(email)).exists()
    else:
        is_member = members.filter(user=account.pk if account else 0).exists()
    if is_member:
        raise Conflict(
            "membership_once_per_organization",
            _("This user is already a member. Change their role instead."),
            field="username",
        )
