"""Invitations in lists of pages: what is shown of each, and what may be done."""

from typing import NamedTuple

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

from events.invitations.states import Shown, shown_invitations, state_of
from events.models import Invitation, InvitationState, Organization
from events.permissions import Viewer

ROWS_A_PAGE = 100


class Row(NamedTuple):
    """An invitation in a list, and what may be done about it."""

    invitation: Invitation
    state: Shown
    may_change: bool

    @property
    def may_send(self) -> bool:
        """Whether there is a link that can be replaced by a new one."""
        return self.may_change and self.invitation.token_digest is not None


class InvitationsPage(NamedTuple):
    """One page of a list of invitations."""

    page: Page[Invitation]
    rows: list[Row]


def all_invitations(
    request: HttpRequest, viewer: Viewer, organization: Organization
) -> InvitationsPage:
    """Return a page of all invitations of an organization."""
    return _listed(request, viewer, shown_invitations(organization))


def waiting_for_roles(
    request: HttpRequest, viewer: Viewer, organization: Organization
) -> InvitationsPage:
    """Return a page of the invitations to roles that nobody has accepted yet."""
    to_roles = shown_invitations(organization).filter(person=None)
    waiting = to_roles.exclude(state=InvitationState.ACCEPTED)
    return _listed(request, viewer, waiting)


def _listed(
    request: HttpRequest, viewer: Viewer, invitations: QuerySet[Invitation]
) -> InvitationsPage:
    pages = Paginator(invitations, ROWS_A_PAGE)
    page: Page[Invitation] = pages.get_page(request.GET.get("page"))
    return InvitationsPage(page, [_row(viewer, each) for each in page])


def _row(viewer: Viewer, invitation: Invitation) -> Row:
    organization, role = invitation.organization_id, invitation.role
    may_invite = not role or role in viewer.roles_to_give(organization)
    is_open = invitation.state != InvitationState.ACCEPTED
    return Row(invitation, state_of(invitation), may_invite and is_open)
