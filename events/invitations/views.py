"""Pages on which an organization invites, and sees what became of it."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from core.errors import NotAllowed, RuleBroken
from core.mails import reaches_people
from core.names import isolated
from core.row_ids import row_id
from events.invitations.answering import revoke
from events.invitations.inviting import Made, invite_again, invite_people
from events.invitations.links_page import show_links
from events.invitations.listed import all_invitations
from events.invitations.on_rosters import without_account
from events.invitations.states import Shown, shown_invitations, state_of
from events.models import (
    Invitation,
    InvitationState,
    Organization,
    Participant,
    Person,
    User,
)
from events.pages import (
    confirm_page,
    form_page,
    organized_event,
    page,
    read_page,
    shown_organization,
)
from events.people.views import shown_person
from events.permissions import Viewer


def _organized(
    request: HttpRequest, user: User, organization_id: int
) -> tuple[Organization, Viewer]:
    organization = shown_organization(request, user, organization_id)
    viewer = Viewer.of(user)
    viewer.must_organize(organization.pk)
    return organization, viewer


@read_page
def invitations(request: HttpRequest, user: User, organization_id: int) -> HttpResponse:
    """List the invitations of an organization."""
    organization, viewer = _organized(request, user, organization_id)
    context = {
        "organization": organization,
        "listed": all_invitations(request, viewer, organization),
        "page": "events",
    }
    return render(request, "events/invitations/list.html", context)


@page("POST")
def send_again(
    request: HttpRequest, user: User, organization_id: int, invitation_id: int
) -> HttpResponse:
    organization, viewer = _organized(request, user, organization_id)
    invitation = _withdrawable(organization, viewer, invitation_id)
    if invitation.token_digest is None:
        raise Http404  # Who was named got no link, and a link is for whoever has it.
    back = _list_of(invitation)
    made = _or_tell(request, lambda: [invite_again(invitation, by=user)])
    if not made:
        return redirect(back)
    return show_links(request, user, organization, made, back=back)


@page("POST")
def revoke_invitation(
    request: HttpRequest, user: User, organization_id: int, invitation_id: int
) -> HttpResponse:
    organization, viewer = _organized(request, user, organization_id)
    invitation = _withdrawable(organization, viewer, invitation_id)
    revoke([invitation])
    messages.success(request, _("The invitation was withdrawn."))
    return redirect(_list_of(invitation))


def _list_of(invitation: Invitation) -> str:
    """Return the address of the page where somebody works on an invitation."""
    route = "members" if invitation.role else "invitations"
    return reverse(route, args=[invitation.organization_id])


def _or_tell(request: HttpRequest, make: Callable[[], list[Made]]) -> list[Made]:
    """Make invitations; if a rule refuses them, tell why, and return none."""
    try:
        return make()
    except NotAllowed:
        raise
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
        return []


def _withdrawable(
    organization: Organization, viewer: Viewer, invitation_id: int
) -> Invitation:
    """Return an invitation that nobody accepted yet, if the viewer may withdraw it."""
    still = shown_invitations(organization).exclude(state=InvitationState.ACCEPTED)
    invitation = get_object_or_404(still, pk=invitation_id)
    if invitation.role:
        viewer.must_give(organization.pk, invitation.role)
    return invitation


# --- People ---------------------------------------------------------------------------


@form_page
def invite_person(request: HttpRequest, user: User, person_id: int) -> HttpResponse:
    """Show a page to confirm, then invite a person to their own place."""
    person = shown_person(request, user, person_id)
    organization, _viewer = _organized(request, user, person.organization_id)
    back = reverse("person", args=[person.pk])
    if person.user:
        messages.error(
            request, _("%(name)s has an account already.") % _name_of(person)
        )
        return redirect(back)
    if request.method == "POST":
        made = _or_tell(request, lambda: invite_people([person], by=user))
        if not made:
            return redirect(back)
        return show_links(request, user, organization, made, back=back)
    return confirm_page(
        request,
        title=_("Invite %(name)s") % _name_of(person),
        above=[organization.name],
        lead=_(
            "Whoever opens the link signs in or makes an account. The account is then "
            "connected to this person: it sees what is recorded, and can join and "
            "check in for them. The link works once, for 14 days."
        ),
        along=[_where_it_goes(person)],
        submit=_("Make the link"),
        keep=_("Do not invite"),
        back=back,
    )


def _where_it_goes(person: Person) -> str:
    if not person.email:
        return _("There is no address: pass the link on yourself.")
    if not reaches_people():
        return _("This installation sends no mail: pass the link on yourself.")
    return _("It is mailed to %(email)s.") % {"email": isolated(person.email)}


def _name_of(person: Person) -> dict[str, str]:
    return {"name": isolated(person.name)}


class Invitable(NamedTuple):
    """Somebody on a roster without an account; ``state`` of their last invitation."""

    place: Participant
    state: Shown | None
    is_ticked: bool


@form_page
def invite_from_roster(request: HttpRequest, user: User, event_id: int) -> HttpResponse:
    """List who on a roster has no account; a POST invites those ticked, or all."""
    event = organized_event(request, user, event_id)
    places = list(without_account(event))
    if request.method == "POST":
        ticked = set(map(row_id, request.POST.getlist("participant")))
        chosen = [
            place for place in places if "all" in request.POST or place.pk in ticked
        ]
        if not chosen:
            messages.error(request, _("Select people first."))
        people = [place.person for place in chosen]
        if made := _or_tell(request, lambda: invite_people(people, by=user)):
            back = reverse("roster", args=[event.pk])
            return show_links(request, user, event.organization, made, back=back)
        places = list(without_account(event))
    asked = set(map(row_id, request.GET.getlist("participant")))
    context = {
        "event": event,
        "people": _invitable(places, asked),
        "sends_mail": reaches_people(),
        "page": "events",
    }
    return render(request, "events/invitations/from_roster.html", context)


def _invitable(
    places: Sequence[Participant], asked: set[int | None]
) -> list[Invitable]:
    people = [place.person_id for place in places]
    links = Invitation.objects.filter(person__in=people).exclude(token_digest=None)
    links = links.with_validity()
    latest = {
        each.person_id: state_of(each)
        for each in links.exclude(state=InvitationState.REVOKED).order_by("pk")
    }
    return [
        Invitable(place, latest.get(place.person_id), place.pk in asked)
        for place in places
    ]
