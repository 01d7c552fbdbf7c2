"""Pages that list the people of an organization, and add and change them."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.errors import RuleBroken
from core.names import isolated
from core.row_ids import row_id
from events.accounts.language import use_language
from events.models import Organization, Participant, Person, Registration, User
from events.pages import (
    confirm_page,
    form_page,
    posted,
    read_page,
    show_form,
    shown_organization,
)
from events.people import removing
from events.people.forms import ChangePersonForm, NewPersonForm
from events.people.lookups import people_found, visible_person
from events.people.services import add_person, organize_person
from events.permissions import Viewer

PEOPLE_A_PAGE = 100
LONGEST_SEARCH = 200


def shown_person(request: HttpRequest, user: User, person_id: int) -> Person:
    """Return a person of the user's organizations; use its language."""
    person = visible_person(user, person_id)
    use_language(request, person.organization.language)
    return person


@read_page
def people(request: HttpRequest, user: User, organization_id: int) -> HttpResponse:
    organization = shown_organization(request, user, organization_id)
    q = " ".join(request.GET.get("q", "").split())[:LONGEST_SEARCH]
    found = people_found(organization, q).annotate(
        events_count=Count(
            "places", filter=~Q(places__registration=Registration.VIEWED)
        )
    )
    context = {
        "organization": organization,
        "q": q,
        "people": Paginator(found, PEOPLE_A_PAGE).get_page(request.GET.get("page")),
        "may_change": Viewer.of(user).organizes(organization.pk),
        "page": "events",
    }
    return render(request, "events/people/list.html", context)


@read_page
def find_person(request: HttpRequest, user: User) -> HttpResponse:
    """Redirect to the search among the people of the organization that was chosen."""
    own = Organization.objects.visible_to(user)
    chosen = row_id(request.GET.get("organization", ""))
    organization = own.first() if chosen is None else own.filter(pk=chosen).first()
    if organization is None:
        raise Http404
    q = request.GET.get("q", "")[:LONGEST_SEARCH]
    address = reverse("people", args=[organization.pk])
    return redirect(f"{address}?{urlencode({'q': q})}" if q else address)


@form_page
def new_person(request: HttpRequest, user: User, organization_id: int) -> HttpResponse:
    organization = shown_organization(request, user, organization_id)
    Viewer.of(user).must_organize(organization.pk)
    form = NewPersonForm(posted(request))
    if person := form.write(
        lambda: add_person(organization=organization, by=user, **form.values)
    ):
        messages.success(request, _("The person was added."))
        return redirect("person", person.pk)
    return show_form(
        request,
        form,
        template="events/people/new.html",
        title=_("Add a person"),
        above=[organization.name],
        lead=_("They are on no roster yet: add them to one on the page of an event."),
        submit=_("Add"),
        back=reverse("people", args=[organization.pk]),
    )


@form_page
def edit_person(request: HttpRequest, user: User, person_id: int) -> HttpResponse:
    person = shown_person(request, user, person_id)
    Viewer.of(user).must_organize(person.organization_id)
    name = person.name
    form = ChangePersonForm(posted(request), row=person)
    if form.write(
        lambda: organize_person(person=person, changes=form.changes, by=user)
    ):
        messages.success(request, _("Saved."))
        return redirect("person", person.pk)
    return show_form(
        request,
        form,
        template="events/people/edit.html",
        person=person,
        title=_("Edit person"),
        above=[person.organization.name, name],
        lead=_("What you change here changes at all events of this person."),
        submit=_("Save"),
        back=reverse("person", args=[person.pk]),
    )


@form_page
def delete_person(request: HttpRequest, user: User, person_id: int) -> HttpResponse:
    """Show a page to confirm, then delete a person who was added by mistake."""
    person = shown_person(request, user, person_id)
    organization = person.organization
    Viewer.of(user).must_organize(organization.pk)
    if request.method != "POST":
        rosters = Participant.objects.filter(person=person).count()
        leaving = ngettext(
            "They leave %(number)d roster.", "They leave %(number)d rosters.", rosters
        )
        return confirm_page(
            request,
            title=_("Delete %(name)s") % {"name": isolated(person.name)},
            above=[organization.name],
            lead=_(
                "Only for somebody who was added by mistake. They leave all rosters. "
                "Once anything was recorded about them, their registrations can only "
                "be cancelled."
            ),
            along=[leaving % {"number": rosters}] if rosters else [],
            submit=_("Delete"),
            keep=_("Keep this person"),
            back=reverse("edit_person", args=[person.pk]),
        )
    try:
        removing.delete_person(person=person, by=user)
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
        return redirect("person", person.pk)
    text = _("%(name)s was deleted.")
    messages.success(request, text % {"name": isolated(person.name)})
    return redirect("people", organization.pk)
