"""Inviting by a link, which is mailed too: to a role, or to the place of a person.

The link holds a random token, of which only the SHA-256 is kept: so a link is shown
once, when it is made, and sending an invitation again makes another one.

Source: docs/rules.md 158, 159, 160.
"""

import secrets
from collections.abc import Iterable
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.addresses import folded_address
from core.digests import digest_of
from core.errors import Conflict
from events.invitations.answering import revoke
from events.invitations.naming import must_not_be_member
from events.locks import lock_people
from events.models import (
    Invitation,
    InvitationState,
    Organization,
    Person,
    User,
)
from events.models.invitations import LIFETIME

_TOKEN_BYTES = 32


class Made(NamedTuple):
    """An invitation with its link, which nobody can show again."""

    invitation: Invitation
    url: str


@transaction.atomic
def invite_to_role(
    *, organization: Organization, role: str, email: str, by: User
) -> Made:
    """Invite whoever has an address to a role; replaces an earlier invitation to it."""
    lock_people(organization.pk)
    earlier = _links(organization).filter(
        person=None, role=role, folded_email=folded_address(email)
    )
    revoke(earlier)
    made = made_of(Invitation(organization=organization, role=role, email=email), by)
    made.invitation.save()
    return made


def invite_address(
    *, organization: Organization, role: str, email: str, by: User
) -> Made:
    """Do so, unless a member has the address.

    Raises:
        Conflict: Somebody with this confirmed address is a member already.
    """
    must_not_be_member(organization, None, email)
    return invite_to_role(organization=organization, role=role, email=email, by=by)


@transaction.atomic
def invite_people(people: Iterable[Person], *, by: User) -> list[Made]:
    """Invite people of one organization to their own places.

    Earlier invitations of theirs are replaced.

    Raises:
        Conflict: One of them has an account.
    """
    chosen = list(people)
    if not chosen:
        return []
    organization = chosen[0].organization
    lock_people(organization.pk)
    ids = [person.pk for person in chosen]
    for person in Person.objects.filter(pk__in=ids).exclude(user=None)[:1]:
        raise Conflict(
            "has_account",
            _("%(name)s has an account already.") % {"name": person.name},
        )
    revoke(_links(organization).filter(person__in=ids))
    made = [
        made_of(
            Invitation(organization=organization, person=person, email=person.email),
            by,
        )
        for person in chosen
    ]
    Invitation.objects.bulk_create(each.invitation for each in made)
    return made


@transaction.atomic
def invite_again(invitation: Invitation, *, by: User) -> Made:
    """Invite to the same by a new link, for another 14 days; the old one ends."""
    lock_people(invitation.organization_id)
    revoke([invitation])
    if invitation.person:
        [made] = invite_people([invitation.person], by=by)
        return made
    return invite_to_role(
        organization=invitation.organization,
        role=invitation.role,
        email=invitation.email,
        by=by,
    )


def _links(organization: Organization) -> QuerySet[Invitation]:
    links = Invitation.objects.filter(organization=organization)
    return links.exclude(token_digest=None)


def made_of(invitation: Invitation, by: User | None) -> Made:
    """Give an invitation that is still to be stored its link, and who invites."""
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    invitation.token_digest = digest_of(token)
    invitation.expires_at = timezone.now() + LIFETIME
    invitation.invited_by = by
    return Made(
        invitation, f"{settings.PUBLIC_URL}{reverse('invitation', args=[token])}"
    )


# --- Links ----------------------------------------------------------------------------


def invitation_of(digest: bytes) -> Invitation | None:
    """Return the invitation of a link that still works, by the digest of its token."""
    rows = Invitation.objects.standing().select_related("organization", "person")
    return rows.filter(token_digest=digest).first()


def invitation_used(digest: bytes, user: User) -> Invitation | None:
    """Return the invitation of a link by which an account came, if it still belongs."""
    rows = Invitation.objects.with_validity().select_related("organization")
    used = rows.filter(
        token_digest=digest, state=InvitationState.ACCEPTED, answered_by=user
    ).first()
    return used if used and not used.has_left else None


def note_opened(invitation: Invitation) -> None:
    """Note that somebody pressed a button on the page of the link."""
    rows = Invitation.objects.filter(pk=invitation.pk, opened_at=None)
    rows.update(opened_at=timezone.now())
