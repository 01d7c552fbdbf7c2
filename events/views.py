"""Pages to edit organizations, events and rosters."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from core.body_limits import is_cut_off
from core.errors import NotAllowed, RuleBroken
from core.names import isolated
from events import services
from events.accounts.language import use_language
from events.forms import (
    EventForm,
    OrganizationForm,
    RosterFileForm,
    SeveralPeopleForm,
)
from events.models import Event, Organization, User
from events.pages import (
    action,
    confirm_page,
    form_page,
    organized_event,
    posted,
    show_form,
)
from events.permissions import Viewer
from events.roster.adding import Added
from events.roster.importing import import_roster, shown_results
from events.roster.upload import uploaded_file

# --- Organizations --------------------------------------------------------------------


@form_page
def new_organization(request: HttpRequest, user: User) -> HttpResponse:
    initial = {"time_zone": user.time_zone, "language": get_language()}
    form = OrganizationForm(posted(request), initial=initial)
    if made := form.write(
        lambda: services.create_organization(owner=user, **form.values)
    ):
        messages.success(
            request, _("The organization was created. Next: its first event.")
        )
        return redirect("organization", made.pk)
    return show_form(
        request,
        form,
        title=_("New organization"),
        lead=_("A school, an academy, a community. You will be its owner."),
        submit=_("Create organization"),
        back=reverse("events"),
    )


# --- Events ---------------------------------------------------------------------------


@form_page
def new_event(request: HttpRequest, user: User) -> HttpResponse:
    viewer = Viewer.of(user)
    organizations = [
        organization
        for organization in Organization.objects.visible_to(user)
        if viewer.organizes(organization.pk)
    ]
    if not organizations:
        raise NotAllowed("organizers_only", _("Create an organization first."))
    asked = request.GET.get("organization")
    first = next((o for o in organizations if str(o.pk) == asked), organizations[0])
    use_language(request, first.language)
    initial: dict[str, Any] = {"organization": first.pk}
    if len(organizations) == 1:
        initial |= {"time_zone": first.time_zone}
    form = EventForm(posted(request), organizations=organizations, initial=initial)
    if event := form.write(lambda: services.create_event(**form.values)):
        messages.success(request, _("The event was created as a draft."))
        return redirect("event", event.pk)
    return show_form(
        request,
        form,
        title=_("New event"),
        above=[first.name] if len(organizations) == 1 else [],
        lead=_("What people sign up for: a course, a class, a meetup."),
        submit=_("Create event"),
        back=reverse("events"),
    )


@form_page
def edit_event(request: HttpRequest, user: User, event_id: int) -> HttpResponse:
    event = organized_event(request, user, event_id)
    title = event.title
    form = EventForm(posted(request), row=event, organizations=[event.organization])
    if form.write(lambda: services.update_event(event=event, changes=form.changes)):
        messages.success(request, _("Saved."))
        return redirect("event", event.pk)
    return show_form(
        request,
        form,
        template="events/event_form.html",
        event=event,
        title=_("Edit event"),
        above=[event.organization.name, title],
        submit=_("Save"),
        back=reverse("event", args=[event.pk]),
    )


@form_page
def delete_event(request: HttpRequest, user: User, event_id: int) -> HttpResponse:
    """Show a page to confirm, then delete an event that was made by mistake."""
    event = organized_event(request, user, event_id)
    if request.method != "POST":
        return confirm_page(
            request,
            title=_("Delete the event %(name)s") % {"name": isolated(event.title)},
            above=[event.organization.name],
            lead=_(
                "Only for an event that was made by mistake. Its roster and sessions "
                "go with it; the people stay in the organization. Once anything was "
                "recorded at it, it can only be cancelled."
            ),
            along=_along(event),
            submit=_("Delete"),
            keep=_("Keep the event"),
            back=reverse("event", args=[event.pk]),
        )
    try:
        services.delete_event(event=event, by=user)
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
        return redirect("event", event.pk)
    messages.success(request, _("The event was deleted."))
    return redirect("events")


def _along(event: Event) -> list[str]:
    """Return sentences that say how many people and sessions an event takes along."""
    people, sessions = event.participants.count(), event.sessions.count()
    leaving = ngettext(
        "%(number)d person leaves its roster.",
        "%(number)d people leave its roster.",
        people,
    )
    deleted = ngettext(
        "%(number)d session is deleted.", "%(number)d sessions are deleted.", sessions
    )
    sentences = ((leaving, people), (deleted, sessions))
    return [text % {"number": number} for text, number in sentences if number]


@action(back="event")
def publish_event(request: HttpRequest, user: User, event_id: int) -> None:
    event = organized_event(request, user, event_id)
    services.publish_event(event=event)
    messages.success(request, _("The event is published."))


# --- Rosters --------------------------------------------------------------------------


@form_page
def several_participants(
    request: HttpRequest, user: User, event_id: int
) -> HttpResponse:
    event = organized_event(request, user, event_id)
    form = SeveralPeopleForm(posted(request))
    if form.is_valid() and (added := form.add_to(event, by=user)):
        _say_how_many(request, added)
        return redirect("event", event.pk)
    return show_form(
        request,
        form,
        title=_("Add several people"),
        above=[event.organization.name, event.title],
        lead=_(
            "All become registered attendees. If a line has an error, nobody is added."
        ),
        submit=_("Add all"),
        back=reverse("roster", args=[event.pk]),
    )


def _say_how_many(request: HttpRequest, added: Sequence[Added]) -> None:
    new = sum(each.is_new for each in added)
    if new:
        text = ngettext(
            "%(number)d person was added to the roster.",
            "%(number)d people were added to the roster.",
            new,
        )
        messages.success(request, text % {"number": new})
    if known := len(added) - new:
        text = ngettext(
            "%(number)d person was already on the roster.",
            "%(number)d people were already on the roster.",
            known,
        )
        messages.success(request, text % {"number": known})


@form_page
def import_participants(
    request: HttpRequest, user: User, event_id: int
) -> HttpResponse:
    event = organized_event(request, user, event_id)
    form = RosterFileForm(
        posted(request), request.FILES, is_cut_off=is_cut_off(request)
    )
    done = form.write(
        lambda: import_roster(
            event=event,
            content=uploaded_file(request),
            partial=form.cleaned_data["partial"],
            by=user,
        )
    )
    return show_form(
        request,
        form,
        template="events/import.html",
        done=done,
        shown=shown_results(done) if done else [],
        title=_("Add people from a file"),
        above=[event.organization.name, event.title],
        lead=_(
            "People already on the roster are found by their student number, else by "
            "their address and name. Their role, registration, enrolment, time zone "
            "and language are taken from the file. Names, and addresses and student "
            "numbers that people have, stay as they are. An empty cell changes "
            "nothing, except that whoever had cancelled is registered again."
        ),
        submit=_("Import"),
        back=reverse("roster", args=[event.pk]),
        event=event,
    )
