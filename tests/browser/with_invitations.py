"""Invitations in every state that pages can show."""

from datetime import timedelta
from typing import Any

from django.utils import timezone

from core.digests import digest_of
from events.models import InvitationState, Organization, Role, User
from tests.factories import (
    make_invitation,
    make_membership,
    make_organization,
    make_person,
    make_user,
)

LINKS = {"invitation to a role": "role-token", "invitation to a place": "place-token"}


class Invitations:
    """Those of a school, and those of an account that belongs somewhere already."""

    def __init__(self, organization: Organization, by: User) -> None:
        self.invited = make_user("invited")
        other = make_organization(name="Third school")
        self.membership = make_membership(other, self.invited, Role.VIEWER)
        self.person = make_person(other, user=self.invited, name="Ilyas")
        child = make_person(organization, name="Layla Haddad", email="l@example.com")
        make_invitation(organization, self.invited, by=by)
        make_invitation(organization, self.invited, by=by, person=child)
        now = timezone.now()
        states: dict[str, dict[str, Any]] = {
            "role-token": {"email": "invited@example.com", "mailed_at": now},
            "place-token": {"person": child, "email": "l@example.com"},
            "not sent": {"email": "away@example.com", "mail_failed": True},
            "opened": {"email": "opened@example.com", "opened_at": now},
            "expired": {"email": "late@example.com", "expires_at": now},
            "accepted": {
                "email": "there@example.com",
                "state": InvitationState.ACCEPTED,
                "answered_at": now,
                "answered_by": by,
            },
            "left": {
                "email": "left@example.com",
                "state": InvitationState.ACCEPTED,
                "answered_at": now,
            },
        }
        for token, fields in states.items():
            fields.setdefault("expires_at", now + timedelta(days=14))
            make_invitation(
                organization, by=by, token_digest=digest_of(token), **fields
            )
