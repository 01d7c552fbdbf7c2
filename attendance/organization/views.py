"""An organization's own pages: where one begins, its settings, its points.

Its members are in ``events/members/``, its thresholds in ``attendance/policies/``.

Source: docs/rules.md 141, 142.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from attendance.organization.forms import PointsForm
from attendance.organization.settings_in_words import points_in_words, policies_in_words
from attendance.organization.start import still_to_do
from attendance.organization.to_settle import to_settle
from attendance.points.ledger import points_per_status_in, set_points_per_status
from events.forms import OrganizationForm
from events.models import User
from events.pages import (
    administered_organization,
    form_page,
    posted,
    read_page,
    show_form,
    shown_organization,
)
from events.permissions import Viewer
from events.services import update_organization


@read_page
def organization(
    request: HttpRequest, user: User, organization_id: int
) -> HttpResponse:
    shown = shown_organization(request, user, organization_id)
    viewer = Viewer.of(user)
    administers = viewer.administers(shown.pk)
    organizes = viewer.organizes(shown.pk)
    context = {
        "page": "events",
        "organization": shown,
        "administers": administers,
        "organizes": organizes,
        "to_settle": to_settle([shown.pk]) if organizes else [],
        "steps": still_to_do(shown) if administers else [],
    }
    return render(request, "attendance/organization/organization.html", context)


@form_page
def settings_page(
    request: HttpRequest, user: User, organization_id: int
) -> HttpResponse:
    organization = administered_organization(request, user, organization_id)
    name = organization.name
    form = OrganizationForm(posted(request), row=organization)
    if form.write(
        lambda: update_organization(organization=organization, changes=form.changes)
    ):
        messages.success(request, _("Saved."))
        return redirect("organization_settings", organization.pk)
    return show_form(
        request,
        form,
        template="attendance/organization/settings.html",
        organization=organization,
        policies=policies_in_words(organization),
        points=points_in_words(
            points_per_status_in([organization.pk])[organization.pk]
        ),
        title=_("Settings"),
        above=[name],
        submit=_("Save"),
        back=reverse("organization", args=[organization.pk]),
    )


@form_page
def points_page(request: HttpRequest, user: User, organization_id: int) -> HttpResponse:
    organization = administered_organization(request, user, organization_id)
    back = reverse("organization_settings", args=[organization.pk])
    worth = points_per_status_in([organization.pk])[organization.pk]
    form = PointsForm(posted(request), initial=worth._asdict())
    if form.is_valid():
        set_points_per_status(organization.pk, form.worth)
        messages.success(request, _("Saved. Everybody's points follow."))
        return redirect(back)
    return show_form(
        request,
        form,
        title=_("Points"),
        above=[organization.name],
        lead=_(
            "What each status at a session gives an attendee. Earlier sessions count "
            "anew, too."
        ),
        submit=_("Save"),
        back=back,
    )
