"""Pages on which an organization invites, and sees what became of it."""

from collections.abc import Sequence
from typing import NamedTuple

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from core.names import isolated
from core.row_ids import row_id
from events.invitations.answering import revoke
from events.invitations.forms import InviteForm
from events.invitations.inviting import (
    Made,
    invite_again,
    invite_people,
    invite_to_role,
)
from events.invitations.mailing import send_links
from events.invitations.states import Shown, shown_invitations, state_of
from events.models import (
    NOT_REGISTERED,
    Event,
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
    posted,
    shown_organization,
)
from events.people.views import shown_person
from events.permissions import Viewer

ROWS_A_PAGE = 100


class Row(NamedTuple):
    """An invitation in a list, and what may be done about it."""

    invitation: Invitation
    state: Shown
    may_change: bool

    @property
    def may_send(self) -> bool:
        """Whether it can be sent again."""
        has_link = self.invitation.token_digest is not None
        return self.may_change and has_link and self.is_open

    @property
    def is_open(self) -> bool:
        return self.state not in (Shown.ACCEPTED, Shown.ENDED)


def _organized(
    request: HttpRequest, user: User, organization_id: int
) -> tuple[Organization, Viewer]:
    organization = shown_organization(request, user, organization_id)
    viewer = Viewer.of(user)
    viewer.must_organize(organization.pk)
    return organization, viewer


@form_page
def invitations(request: HttpRequest, user: User, organization_id: int) -> HttpResponse:
    """List the invitations of an organization; a POST invites an address to a role."""
    organization, viewer = _organized(request, user, organization_id)
    roles = viewer.roles_to_give(organization.pk)
    form = InviteForm(posted(request), roles=roles)
    if made := form.write(
        lambda: invite_to_role(organization=organization, by=user, **form.values)
    ):
        back = reverse("invitations", args=[organization.pk])
        return _show_made(request, user, organization, [made], back=back)
    shown = shown_invitations(organization)
    listed = Paginator(shown, ROWS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "organization": organization,
        "form": form,
        "list": listed,
        "rows": [
            Row(each, state_of(each), not each.role or each.role in roles)
            for each in listed
        ],
        "page": "events",
    }
    return render(request, "events/invitations/list.html", context)


def _show_made(
    request: HttpRequest,
    user: User,
    organization: Organization,
    made: Sequence[Made],
    *,
    back: str,
) -> HttpResponse:
    """Mail the links, and show them: nobody can show them again."""
    send_links(made, by=user)
    states = [state_of(each.invitation) for each in made]
    context = {
        "organization": organization,
        "made": list(zip(made, states, strict=True)),
        "has_unsent": Shown.NOT_SENT in states,
        "back": back,
        "page": "events",
    }
    return render(request, "events/invitations/made.html", context)


@page("POST")
def send_again(
    request: HttpRequest, user: User, organization_id: int, invitation_id: int
) -> HttpResponse:
    organization, viewer = _organized(request, user, organization_id)
    invitation = _changed(organization, viewer, invitation_id)
    made = invite_again(invitation, by=user)
    back = reverse("invitations", args=[organization.pk])
    return _show_made(request, user, organization, [made], back=back)


@page("POST")
def revoke_invitation(
    request: HttpRequest, user: User, organization_id: int, invitation_id: int
) -> HttpResponse:
    organization, viewer = _organized(request, user, organization_id)
    revoke([_changed(organization, viewer, invitation_id)])
    messages.success(request, _("The invitation was withdrawn."))
    return redirect("invitations", organization.pk)


def _changed(
    organization: Organization, viewer: Viewer, invitation_id: int
) -> Invitation:
    """Return an invitation that a member may send again and withdraw."""
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
        made = invite_people([person], by=user)
        return _show_made(request, user, organization, made, back=back)
    return confirm_page(
        request,
        title=_("Invite %(name)s") % _name_of(person),
        above=[organization.name],
        lead=_(
            "Whoever opens the link can sign in or make an account, and then "
            "stands for this person. It works once, for 14 days."
        ),
        along=[_("It is mailed to %(email)s.") % {"email": isolated(person.email)}]
        if person.email
        else [_("There is no address: pass the link on yourself.")],
        submit=_("Make the link"),
        keep=_("Do not invite"),
        back=back,
    )


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
    places = list(_without_account(event))
    if request.method == "POST":
        ticked = set(map(row_id, request.POST.getlist("participant")))
        chosen = [
            place for place in places if "all" in request.POST or place.pk in ticked
        ]
        if chosen:
            made = invite_people([place.person for place in chosen], by=user)
            back = reverse("roster", args=[event.pk])
            return _show_made(request, user, event.organization, made, back=back)
        messages.error(request, _("Select people first."))
    asked = set(map(row_id, request.GET.getlist("participant")))
    context = {
        "event": event,
        "people": _invitable(places, asked),
        "page": "events",
    }
    return render(request, "events/invitations/from_roster.html", context)


def _without_account(event: Event) -> Sequence[Participant]:
    places = event.participants.filter(person__user=None)
    return list(
        places.exclude(registration__in=NOT_REGISTERED)
        .select_related("person__organization")
        .order_by("person__name", "pk")
    )


def _invitable(
    places: Sequence[Participant], asked: set[int | None]
) -> list[Invitable]:
    people = [place.person_id for place in places]
    links = Invitation.objects.filter(person__in=people).exclude(token_digest=None)
    latest = {
        each.person_id: state_of(each)
        for each in links.exclude(state=InvitationState.REVOKED).order_by("pk")
    }
    return [
        Invitable(place, latest.get(place.person_id), place.pk in asked)
        for place in places
    ]
