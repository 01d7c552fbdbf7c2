"""Pages of the members of an organization.

Whoever belongs to it sees them; organizers invite viewers; admins and owners invite,
change and remove, up to their own role; anybody may leave.

Source: docs/rules.md 84, 139.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from core.errors import RuleBroken
from core.mails import reaches_people
from core.names import isolated
from events import services
from events.accounts.language import use_language
from events.invitations.colleagues import invite_colleague
from events.invitations.forms import InviteForm
from events.invitations.listed import waiting_for_roles
from events.members.forms import RoleForm
from events.models import Membership, Organization, Role, User
from events.pages import (
    confirm_page,
    form_page,
    posted,
    show_form,
    shown_organization,
)
from events.permissions import Viewer

_IN_ORDER = {role: rank for rank, role in enumerate(Role)}


@form_page
def members(request: HttpRequest, user: User, organization_id: int) -> HttpResponse:
    """List members, and who is invited; a POST invites somebody to a role."""
    organization = shown_organization(request, user, organization_id)
    viewer = Viewer.of(user)
    if request.method == "POST":
        viewer.must_organize(organization.pk)
    form = InviteForm(posted(request), roles=viewer.roles_to_give(organization.pk))
    if answer := invite_colleague(request, viewer, organization, form):
        return answer
    members = organization.memberships.with_last_owner().select_related("user")
    rows = members.order_by("user__username")
    context = {
        "page": "events",
        "organization": organization,
        "rows": [
            (member, viewer.may_change(member), member.user_id == user.pk)
            for member in sorted(rows, key=lambda member: _IN_ORDER[Role(member.role)])
        ],
    }
    if viewer.organizes(organization.pk):
        waiting = waiting_for_roles(request, viewer, organization)
        context |= {
            "form": form,
            "listed": waiting,
            "sends_mail": reaches_people(),
        }
    return render(request, "events/members/list.html", context)


@form_page
def edit_member(request: HttpRequest, user: User, member_id: int) -> HttpResponse:
    member = _shown_member(request, user, member_id)
    viewer = Viewer.of(user)
    viewer.must_change(member)
    form = RoleForm(
        posted(request),
        row=member,
        viewer=viewer,
        organization_id=member.organization_id,
    )
    if form.write(
        lambda: services.change_role(membership=member, by=viewer, **form.values)
    ):
        messages.success(request, _("Saved."))
        return _back(user, member.organization)
    return show_form(
        request,
        form,
        title=_("Role of %(name)s") % {"name": isolated(name_of(member.user))},
        above=[member.organization.name],
        submit=_("Save"),
        back=reverse("members", args=[member.organization_id]),
    )


@form_page
def remove_member(request: HttpRequest, user: User, member_id: int) -> HttpResponse:
    """Show a page to confirm, then remove a member. Oneself leaves on another page."""
    member = _shown_member(request, user, member_id)
    if member.user_id == user.pk:
        return redirect("leave_organization", member.pk)
    viewer = Viewer.of(user)
    viewer.must_change(member)
    if request.method != "POST":
        return confirm_page(
            request,
            title=_("Remove %(name)s") % {"name": isolated(name_of(member.user))},
            above=[member.organization.name],
            lead=_(
                "They lose their role here. What they decided stays, and so do their "
                "account and their places on rosters."
            ),
            submit=_("Remove"),
            keep=_("Keep the member"),
            back=reverse("members", args=[member.organization_id]),
        )
    try:
        services.remove_member(membership=member, by=viewer)
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The member was removed."))
    return redirect("members", member.organization_id)


def _shown_member(request: HttpRequest, user: User, member_id: int) -> Membership:
    """Return a member of an organization that the user belongs to; use its language."""
    members = Membership.objects.select_related("organization", "user")
    member = get_object_or_404(
        members.filter(organization__in=Organization.objects.visible_to(user)),
        pk=member_id,
    )
    use_language(request, member.organization.language)
    return member


def _back(user: User, organization: Organization) -> HttpResponse:
    """Return to the members; to the start page if they are no longer the user's."""
    if Organization.objects.visible_to(user).filter(pk=organization.pk).exists():
        return redirect("members", organization.pk)
    return redirect("home")


def name_of(account: User) -> str:
    """Return the full name of an account; without one its user name."""
    return account.get_full_name() or account.get_username()
