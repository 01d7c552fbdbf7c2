"""What the export has of the account itself: who it is, and what opens it.

No password, key, token or code is in it, and of invitations nothing but from whom, to
what, and what became of them: the rest was written by others.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from django.db.models import Q
from knox.models import AuthToken

from events.accounts.access import SHOWN_OF_TOKEN
from events.models import AccessRequest, EventView, Invitation, Membership, User
from notifications.prompts.opting_out import opt_outs_of

Rows = Iterator[Mapping[str, Any]]


def account(user: User) -> dict[str, Any]:
    """Return the account."""
    names = (
        *("id", "username", "first_name", "last_name", "email", "email_verified_at"),
        *("language", "time_zone", "wants_prompts", "date_joined", "last_login"),
    )
    return {name: getattr(user, name) for name in names}


def _addresses(user: User) -> Rows:
    rows = EmailAddress.objects.filter(user=user).order_by("pk")
    yield from rows.values("email", "verified", "primary")


def _elsewhere(user: User) -> Rows:
    rows = SocialAccount.objects.filter(user=user).order_by("pk")
    yield from rows.values("provider", "uid", "extra_data", "date_joined", "last_login")


def _second_factors(user: User) -> Rows:
    for each in Authenticator.objects.filter(user=user).order_by("pk"):
        yield {
            "type": each.type,
            "name": str(each) if each.type == Authenticator.Type.WEBAUTHN else "",
            "created_at": each.created_at,
            "last_used_at": each.last_used_at,
        }


def _sessions(user: User) -> Rows:
    rows = UserSession.objects.filter(user=user).order_by("pk")
    yield from rows.values("ip", "user_agent", "created_at", "last_seen_at")


def _tokens(user: User) -> Rows:
    for each in AuthToken.objects.filter(user=user).order_by("created"):
        yield {
            "begins_with": each.token_key[:SHOWN_OF_TOKEN],
            "created_at": each.created,
            "expires_at": each.expiry,
        }


def _memberships(user: User) -> Rows:
    rows = Membership.objects.filter(user=user).order_by("pk")
    for each in rows.select_related("organization"):
        yield {
            "organization": each.organization.name,
            "role": each.role,
            "since": each.created_at,
        }


def _invitations(user: User) -> Rows:
    answered = Invitation.objects.filter(Q(answered_by=user) | Q(user=user))
    open_ones = Invitation.objects.standing().for_account(user)
    for each in (
        Invitation.objects.filter(
            Q(pk__in=answered.values("pk")) | Q(pk__in=open_ones.values("pk"))
        )
        .select_related("organization")
        .order_by("pk")
    ):
        yield {
            "organization": each.organization.name,
            "role": each.role,
            "to": "role" if each.role else "place",
            "state": each.state,
            "invited_at": each.created_at,
            "answered_at": each.answered_at,
        }


def _views(user: User) -> Rows:
    rows = EventView.objects.filter(user=user).order_by("pk")
    yield from rows.values("event", "viewed_at", "last_viewed_at")


def _access_requests(user: User) -> Rows:
    if user.email and user.email_verified_at:
        rows = AccessRequest.objects.filter(email__iexact=user.email).order_by("pk")
        yield from rows.values("name", "email", "purpose", "created_at")


def _stopped_mails(user: User) -> Rows:
    address = user.email if user.email_verified_at else ""
    for each in opt_outs_of(address) if address else ():
        organization = each.organization
        yield {
            "organization": organization.name if organization else None,
            "since": each.created_at,
        }


OF_ACCOUNT: dict[str, Callable[[User], Rows]] = {
    "addresses": _addresses,
    "sign_in_elsewhere": _elsewhere,
    "second_factors": _second_factors,
    "sessions": _sessions,
    "tokens": _tokens,
    "roles": _memberships,
    "invitations": _invitations,
    "event_views": _views,
    "access_requests": _access_requests,
    "stopped_mails": _stopped_mails,
}
