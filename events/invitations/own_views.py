"""Pages of an account: what it is invited to, and where it belongs, to leave again."""

from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from core.errors import RuleBroken
from core.names import isolated
from events import services
from events.invitations.answering import (
    accept,
    decline,
    invitations_of,
    leave_place,
    own_invitation,
)
from events.invitations.listed import ROWS_A_PAGE
from events.invitations.notices import InvitationNotice
from events.models import User
from events.pages import confirm_page, form_page, page, read_page
from events.permissions import Viewer
from events.recording.consent import people_asked


@read_page
def own_invitations(request: HttpRequest, user: User) -> HttpResponse:
    """Show what the account is invited to, and where it belongs."""
    context = {
        "invitations": Paginator(invitations_of(user), ROWS_A_PAGE).get_page(
            request.GET.get("page")
        ),
        "memberships": user.memberships.with_last_owner().select_related(
            "organization"
        ),
        "people": people_asked(user),
        "invited": InvitationNotice.of(user),
    }
    return render(request, "events/invitations/own.html", context)


@page("POST")
def accept_own(request: HttpRequest, user: User, invitation_id: int) -> HttpResponse:
    """Accept one of them."""
    invitation = own_invitation(user, invitation_id)
    try:
        accept(invitation, user=user)
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
        return redirect("own_invitations")
    text = _("You belong to %(organization)s now.")
    organization = isolated(invitation.organization.name)
    messages.success(request, text % {"organization": organization})
    return redirect("own_invitations")


@page("POST")
def decline_own(request: HttpRequest, user: User, invitation_id: int) -> HttpResponse:
    """Decline one of them."""
    decline(own_invitation(user, invitation_id), user=user)
    messages.success(request, _("Declined. Nobody is told."))
    return redirect("own_invitations")


@form_page
def leave_organization(
    request: HttpRequest, user: User, membership_id: int
) -> HttpResponse:
    """Ask, then give back a role."""
    mine = user.memberships.select_related("organization")
    membership = get_object_or_404(mine, pk=membership_id)
    return _leave(
        request,
        membership.organization.name,
        lead=_(
            "You no longer see its events, unless you are on a roster. Only its "
            "members can add you again."
        ),
        leave=lambda: services.remove_member(membership=membership, by=Viewer.of(user)),
    )


@form_page
def leave_person(request: HttpRequest, user: User, person_id: int) -> HttpResponse:
    """Ask, then stand for a person no more."""
    mine = user.people.select_related("organization")
    person = get_object_or_404(mine, pk=person_id)
    return _leave(
        request,
        person.name,
        lead=_(
            "Your account no longer stands for this person. What was recorded about "
            "them stays with the organization."
        ),
        leave=lambda: leave_place(person, user=user),
    )


def _leave(
    request: HttpRequest, name: str, *, lead: str, leave: Callable[[], None]
) -> HttpResponse:
    back = reverse("own_invitations")
    if request.method != "POST":
        return confirm_page(
            request,
            title=_("Leave %(name)s") % {"name": isolated(name)},
            above=[],
            lead=lead,
            submit=_("Leave"),
            keep=_("Stay"),
            back=back,
        )
    try:
        leave()
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("You left %(name)s.") % {"name": isolated(name)})
    return redirect(back)
