"""Inviting colleagues from the page of members: by address, or by user name."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from core.names import isolated
from events import services
from events.invitations.forms import InviteForm
from events.invitations.inviting import invite_address
from events.invitations.links_page import show_links
from events.models import Invitation, Membership, Organization
from events.permissions import Viewer


def invite_colleague(
    request: HttpRequest, viewer: Viewer, organization: Organization, form: InviteForm
) -> HttpResponse | None:
    """Invite whom the form names; None if nothing was sent, or it was refused."""
    if not form.is_valid():
        return None
    if form.is_address:
        return _by_link(request, viewer, organization, form)
    return _by_name(request, viewer, organization, form)


def _by_link(
    request: HttpRequest, viewer: Viewer, organization: Organization, form: InviteForm
) -> HttpResponse | None:
    role, email = form.cleaned_data["role"], form.cleaned_data["username"]
    made = form.write(
        lambda: invite_address(
            organization=organization, role=role, email=email, by=viewer.user
        )
    )
    if made is None:
        return None
    back = reverse("members", args=[organization.pk])
    return show_links(request, viewer.user, organization, [made], back=back)


def _by_name(
    request: HttpRequest, viewer: Viewer, organization: Organization, form: InviteForm
) -> HttpResponse | None:
    named: Membership | Invitation | None = form.write(
        lambda: services.add_member(
            organization=organization, by=viewer, email="", **form.values
        )
    )
    if named is None:
        return None
    # The same whether there is such an account or not.
    text = _(
        "If somebody has the account “%(name)s”, they are invited. They have 14 days "
        "to accept."
    )
    if isinstance(named, Membership):
        text = _("The member was added.")
    messages.success(request, text % {"name": isolated(form.cleaned_data["username"])})
    return redirect("members", organization.pk)
