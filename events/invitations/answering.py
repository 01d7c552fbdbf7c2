"""What an account is invited to, accepting and declining it, and leaving again.

Until an account accepts, it sees nothing of the organization but the name, and nobody
there sees anything of the account.

Source: docs/rules.md 155, 156, 157.
"""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.http import Http404
from django.utils import timezone

from events.locks import lock_people
from events.models import (
    Event,
    Invitation,
    InvitationQuerySet,
    InvitationState,
    Membership,
    Organization,
    Person,
    Role,
    User,
    rank_of,
)
from events.people.services import update_person


def _for(user: User) -> InvitationQuerySet:
    return Invitation.objects.standing().for_account(user)


def invitations_of(user: User) -> InvitationQuerySet:
    """Return what an account is invited to, each once, the newest first.

    Roles are left out that the account has, or that are less than the one it has.
    """
    memberships = Membership.objects.filter(
        user=user, organization=OuterRef("organization")
    )
    has_as_much = Q()
    for role in Role.values:
        as_much = [each for each in Role.values if rank_of(each) >= rank_of(role)]
        has_as_much |= Q(role=role) & Q(Exists(memberships.filter(role__in=as_much)))
    latest = (
        _for(user)
        .exclude(has_as_much)
        .order_by("organization_id", "role", "person_id", "-pk")
        .distinct("organization_id", "role", "person_id")
    )
    found = Invitation.objects.filter(pk__in=latest.values("pk"))
    return found.select_related("organization").order_by("-pk")


def own_invitation(user: User, pk: int) -> Invitation:
    """Return an invitation that is for an account.

    Raises:
        Http404: There is none with this id, or it cannot be accepted any more.
    """
    found = _for(user).select_related("organization").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@transaction.atomic
def accept(invitation: Invitation, *, user: User) -> None:
    """Give an account what an invitation is to, once.

    The caller knows that the invitation is for the account, or was shown its link.

    Raises:
        Http404: It cannot be accepted any more.
    """
    lock_people(invitation.organization_id)
    standing = Invitation.objects.standing().select_for_update(of=("self",))
    locked = standing.filter(pk=invitation.pk).first()
    if locked is None:
        raise Http404
    _answer(locked, InvitationState.ACCEPTED, user)
    if locked.person:
        update_person(person=locked.person, changes={"user": user}, by=user)
    else:
        _take_role(locked, user)


def _take_role(invitation: Invitation, user: User) -> None:
    """Give a role; a member keeps a higher one."""
    organization = invitation.organization_id
    Organization.objects.select_for_update(no_key=True).get(pk=organization)
    membership, is_new = Membership.objects.get_or_create(
        organization_id=organization, user=user, defaults={"role": invitation.role}
    )
    if not is_new and rank_of(invitation.role) > rank_of(membership.role):
        membership.role = invitation.role
        membership.save(update_fields=["role"])


def _answer(invitation: Invitation, state: InvitationState, user: User | None) -> None:
    invitation.state, invitation.answered_at = state, timezone.now()
    invitation.answered_by = user
    invitation.save(update_fields=["state", "answered_at", "answered_by"])


@transaction.atomic
def decline(invitation: Invitation, *, user: User) -> None:
    """Decline an invitation, and all others to the same that are for the account."""
    same = _for(user).filter(
        organization=invitation.organization_id, role=invitation.role
    )
    for each in same.filter(person=invitation.person_id).select_for_update(
        of=("self",)
    ):
        _answer(each, InvitationState.DECLINED, user)


@transaction.atomic
def leave_place(person: Person, *, user: User) -> None:
    """Take an account's hand off a person; the place is not offered again by itself."""
    lock_people(person.organization_id)
    update_person(person=person, changes={"user": None}, by=user)
    declined = {
        "state": InvitationState.DECLINED,
        "answered_at": timezone.now(),
        "answered_by": user,
    }
    Invitation.objects.update_or_create(
        person=person,
        user=user,
        invited_by=None,
        defaults=declined,
        create_defaults={**declined, "organization_id": person.organization_id},
    )


# --- Ways in --------------------------------------------------------------------------


def offered_people(user: User, event: Event | None = None) -> list[int]:
    """Return the ids of the people whose places an account may take.

    Args:
        user: The account.
        event: Only those on this roster; None: all.
    """
    offers = _for(user).exclude(person=None)
    if event is not None:
        offers = offers.filter(person__places__event=event)
    return list(offers.values_list("person", flat=True).distinct())


def accept_by_coming(person: Person, *, user: User) -> None:
    """Accept the place of a person because its account comes, joins or answers.

    Nothing happens if the account has the place. The caller found the person among the
    account's own, or those of :func:`offered_people`.

    Raises:
        Http404: It is not offered any more.
    """
    if person.user_id == user.pk:
        return
    offer = _for(user).filter(person=person).first()
    if offer is None:
        raise Http404
    accept(offer, user=user)
    person.refresh_from_db()


def revoke(invitations: Iterable[Invitation]) -> None:
    """Withdraw invitations, so that their links lead nowhere.

    Declined ones, too: who invited must not see the difference.
    """
    unanswered = Invitation.objects.filter(
        pk__in=[each.pk for each in invitations],
        state__in=[InvitationState.OPEN, InvitationState.DECLINED],
    )
    unanswered.update(
        state=InvitationState.REVOKED, answered_at=timezone.now(), answered_by=None
    )
