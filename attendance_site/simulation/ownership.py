"""Marking what demonstrations and simulations created.

An account that nobody can sign in to, :data:`USERNAME`, owns their organizations and
has viewed their events. It is not active, so Rollcall gives it no role and no view
anywhere else: whatever has this mark was created here.
"""

from django.db.models import QuerySet
from django.utils import timezone

from events.models import Event, Membership, Organization, Role, User
from events.services import create_organization, record_view

USERNAME = "rollcall-demo"


class NotOurs(Exception):
    """An organization or account of that name was created by somebody else."""


def organizations() -> "QuerySet[Organization]":
    """Return the organizations that demonstrations created."""
    return Organization.objects.filter(
        memberships__user__username=USERNAME,
        memberships__user__is_active=False,
        memberships__role=Role.OWNER,
    ).order_by("pk")


def events() -> "QuerySet[Event]":
    """Return the events that demonstrations created in their organizations."""
    return Event.objects.filter(
        organization__in=organizations(), event_views__user__username=USERNAME
    ).order_by("pk")


def ensure_organization(
    *, slug: str, name: str, time_zone: str, language: str
) -> Organization:
    """Return a demonstration's organization; create it if it is missing.

    All active superusers become its owners.

    Raises:
        NotOurs: somebody else created an organization or account of that name.
    """
    owner = account()
    organization = organizations().filter(slug=slug).first()
    if organization is None:
        if Organization.objects.filter(slug=slug).exists():
            raise NotOurs(f"The organization “{slug}” was made by somebody else.")
        organization = create_organization(
            owner=owner, name=name, slug=slug, time_zone=time_zone, language=language
        )
    members = Membership.objects.filter(organization=organization).values("user")
    Membership.objects.bulk_create(
        Membership(organization=organization, user=user, role=Role.OWNER)
        for user in User.objects.filter(is_superuser=True, is_active=True).exclude(
            pk__in=members
        )
    )
    return organization


def mark(event: Event) -> None:
    """Mark an event as created by a demonstration."""
    record_view(event=event, user=account(), now=timezone.now())


def account() -> User:
    """Return the account of demonstrations; make it if it is missing.

    Raises:
        NotOurs: somebody else made an account of that name.
    """
    user = User.objects.filter(username=USERNAME).first()
    if user is None:
        user = User(username=USERNAME, first_name="Demonstration", is_active=False)
        user.set_unusable_password()
        user.save()
    elif user.is_active:
        raise NotOurs(f"The account “{USERNAME}” was made by somebody else.")
    return user
