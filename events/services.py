"""Services that write accounts, organizations and events.

Callers check permissions first (``events/permissions.py``). Only the rules about owners
are checked here, because they depend on the new values. Events are cancelled by
``sessions_app.services.cancel_event``, which also cancels their sessions.

Source: docs/rules.md 84, 86.
"""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, TypeVar

from django.db import models, transaction
from django.utils.text import slugify
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.errors import Conflict
from events.accounts.addresses import account_that_signs_in_by
from events.accounts.confirming import confirm_address
from events.invitations.naming import (
    account_named,
    ask_to_be_member,
    no_such_account,
)
from events.locks import lock_event, lock_people
from events.models import (
    Event,
    EventState,
    EventView,
    Invitation,
    Membership,
    Organization,
    Role,
    User,
)
from events.permissions import Viewer
from events.removal import begin_removal, hangs_on, must_be_bare
from events.roster.places import let_move_up
from events.roster.removing import hangs_on_links, hangs_on_places, remove_places

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

M = TypeVar("M", bound=models.Model)

SLUG_LENGTH = 50
ONE_DAY = timedelta(days=1)
# What may make room: more places, or a later end; without one, the start decides.
MAKES_ROOM = {"capacity", "starts_at", "ends_at"}

# --- Accounts -----------------------------------------------------------------------


@transaction.atomic
def update_account(*, user: User, changes: dict[str, Any]) -> User:
    """Write changes of an account, but for its address.

    Args:
        user: The account.
        changes: New values by column; ``name`` is the full name.
    """
    if "name" in changes:
        # Not every name has two parts, so first_name holds all of it.
        changes["first_name"], changes["last_name"] = changes.pop("name"), ""
    for name, value in changes.items():
        setattr(user, name, value)
    user.save(update_fields=list(changes))
    return user


def verify_email(*, user: User) -> int:
    """Mark the user's address as confirmed, and offer the places of people with it.

    Returns:
        The number of places that are offered now.

    Raises:
        Conflict: another account has confirmed the same address, or one like it.
    """
    return confirm_address(user=user, email=user.email) if user.email else 0


# --- Organizations and members --------------------------------------------------------


@transaction.atomic
def create_organization(
    *, owner: User, name: str, slug: str = "", **fields: Any
) -> Organization:
    """Create an organization whose owner is ``owner``.

    Without ``slug`` one is made from the name.

    Raises:
        IntegrityError: another organization has the given slug; answered with 409.
    """
    organization = Organization.objects.create(
        name=name, slug=slug or _free_slug(name), **fields
    )
    Membership.objects.create(organization=organization, user=owner, role=Role.OWNER)
    return organization


def _free_slug(name: str) -> str:
    """Return an unused slug like the name; a random one if it has no Latin letter."""
    slug = slugify(name.replace("_", " "))[: SLUG_LENGTH - 9].strip("-")
    if slug and not Organization.objects.filter(slug=slug).exists():
        return slug
    return "-".join(filter(None, [slug, secrets.token_hex(4)]))


def update_organization(
    *, organization: Organization, changes: Mapping[str, Any]
) -> Organization:
    """Write changes of an organization."""
    return _write(organization, changes)


@transaction.atomic
def add_member(
    *, organization: Organization, by: Viewer, role: str, username: str, email: str
) -> Membership | Invitation:
    """Invite the account with this user name, or this confirmed address, to a role.

    Whether there is one does not show. Superusers give the role without asking.

    Raises:
        Invalid: there is no such account, for superusers.
        NotAllowed: the member may not invite to this role.
        Conflict: the account is a member already.
    """
    if not by.user.is_superuser:
        by.must_give(organization.pk, role)
        return ask_to_be_member(
            organization, role=role, username=username, email=email, by=by.user
        )
    user = account_named(username) if username else account_that_signs_in_by(email)
    if user is None:
        field = "username" if username else "email"
        raise no_such_account(username or email, field=field)
    return Membership.objects.create(organization=organization, user=user, role=role)


@transaction.atomic
def change_role(*, membership: Membership, by: Viewer, role: str) -> Membership:
    """Give a member another role.

    Raises:
        NotAllowed: only owners may make and unmake owners.
        Conflict: they are the last owner.
    """
    locked = _lock(membership)
    by.must_change(locked)
    by.must_give(locked.organization_id, role)
    if role != Role.OWNER:
        _must_not_be_last_owner(
            locked,
            _("The last owner stays owner. Make somebody else an owner first."),
        )
    locked.role = role
    locked.save(update_fields=["role"])
    return locked


@transaction.atomic
def remove_member(*, membership: Membership, by: Viewer) -> None:
    """Remove a member; anybody may remove themselves.

    Raises:
        NotAllowed: only admins may remove others, only owners may remove owners.
        Conflict: they are the last owner.
    """
    locked = _lock(membership)
    if locked.user_id != by.user.pk:
        by.must_change(locked)
    _must_not_be_last_owner(
        locked, _("The last owner cannot leave. Make somebody else an owner first.")
    )
    locked.delete()


def _lock(membership: Membership) -> Membership:
    """Lock the organization and return the membership, read again under the lock.

    So the last two owners cannot both leave at the same time.
    """
    Organization.objects.select_for_update(no_key=True).get(
        pk=membership.organization_id
    )
    return Membership.objects.select_related("user").get(pk=membership.pk)


def _must_not_be_last_owner(membership: Membership, text: "StrOrPromise") -> None:
    if membership.role != Role.OWNER:
        return
    owners = Membership.objects.filter(
        organization=membership.organization_id, role=Role.OWNER
    )
    if owners.count() == 1:
        raise Conflict("last_owner", text)


# --- Events ---------------------------------------------------------------------------


def create_event(*, organization: Organization, **fields: Any) -> Event:
    """Create a draft; its default ``time_zone`` is the organization's."""
    fields.setdefault("time_zone", organization.time_zone)
    return Event.objects.create(organization=organization, **fields)


@transaction.atomic
def update_event(*, event: Event, changes: Mapping[str, Any]) -> Event:
    """Write changes of anything but the state; who waits moves up into free places."""
    if not changes.keys() & MAKES_ROOM:
        return _write(event, changes)
    lock_people(event.organization_id)
    locked = lock_event(event.pk)
    was_limited = locked.capacity is not None
    written = _write(locked, changes)
    let_move_up(written, unlimited=was_limited and written.capacity is None)
    return written


@transaction.atomic
def publish_event(*, event: Event) -> Event:
    """Publish a draft or a cancelled event: it becomes scheduled.

    Who waits moves up into places that became free meanwhile. Sessions that were
    cancelled with the event stay cancelled until they are restored.

    Raises:
        Conflict: the event is completed.
    """
    lock_people(event.organization_id)
    locked = lock_event(event.pk)
    if locked.state == EventState.COMPLETED:
        raise Conflict("event_completed", _("The event is already completed."))
    if locked.state != EventState.SCHEDULED:
        locked.state = EventState.SCHEDULED
        locked.save(update_fields=["state"])
        let_move_up(locked)
    return locked


@transaction.atomic
def delete_event(*, event: Event, by: User | None) -> None:
    """Delete an event that was made by mistake, with its roster and its sessions.

    The people stay in the organization.

    Raises:
        Conflict: Something hangs on it, on its sessions or on its roster.
    """
    lock_people(event.organization_id)
    locked = lock_event(event.pk)
    places = list(locked.participants.all())
    hanging = set().union(
        *hangs_on(Event, [locked.pk]).values(),
        *hangs_on_places([place.pk for place in places]).values(),
        hangs_on_links(event=locked),
    )
    must_be_bare(hanging, gettext("Cancel the event instead."))
    begin_removal(Event, [locked.pk])
    remove_places(places, by=by)
    locked.delete()


def _write(row: M, changes: Mapping[str, Any]) -> M:
    """Set and save only the changed columns."""
    for name, value in changes.items():
        setattr(row, name, value)
    if changes:
        row.save(update_fields=list(changes))
    return row


def record_view(*, event: Event, user: User, now: datetime) -> tuple[EventView, bool]:
    """Record that a user views an event's page; after the first time once a day.

    Returns:
        The views, and whether this was the first one.
    """
    view, is_new = EventView.objects.get_or_create(event=event, user=user)
    if not is_new and view.last_viewed_at <= now - ONE_DAY:
        view.last_viewed_at = now
        view.save(update_fields=["last_viewed_at"])
    return view, is_new
