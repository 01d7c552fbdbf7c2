"""Pages of a roster: who is on it, and people who are added, changed and removed."""

from collections.abc import Collection

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.errors import NotAllowed, RuleBroken
from core.names import isolated, listed
from core.row_ids import row_id
from events.models import NOT_REGISTERED, Event, Participant, User
from events.pages import (
    action,
    confirm_page,
    form_page,
    organized_event,
    posted,
    show_form,
    shown_event,
    shown_participant,
)
from events.permissions import Viewer
from events.roster.adding import Added, add_participant
from events.roster.forms import NewParticipantForm, ParticipantForm, PlacesForm
from events.roster.personal_links import personal_url, renew_link
from events.roster.places import change_participant
from events.roster.removing import (
    bare_places,
    remove_participant,
    remove_participants,
)
from events.roster.roster_page import RosterPage, sees_roster
from events.roster.several_places import change_participants

# A message names this many people, and says how many more there are.
NAMED_AT_MOST = 10


@form_page
def roster(request: HttpRequest, user: User, event_id: int) -> HttpResponse:
    """Show the roster; a POST changes or removes those who are ticked."""
    event = shown_event(request, user, event_id)
    viewer = Viewer.of(user)
    if not sees_roster(event, viewer):
        raise NotAllowed(
            "members_only", _("Only members of the organization and hosts see it.")
        )
    ticked = frozenset(filter(None, map(row_id, request.POST.getlist("participant"))))
    page = RosterPage(
        event, viewer, request.GET.dict(), now=timezone.now(), ticked=ticked
    )
    form = PlacesForm(zone=event.time_zone)
    if request.method == "POST":
        viewer.must_organize(event.organization_id)
        chosen = _chosen(request, page, ticked)
        if chosen and "remove" in request.POST:
            return _removed(request, user, page, chosen)
        if chosen:
            form = PlacesForm(request.POST, zone=event.time_zone)
            if _changed(request, user, event, form, chosen):
                return redirect(reverse("roster", args=[event.pk]) + page.address)
    context = {
        "event": event,
        "roster": page,
        "form": form,
        # What was refused and is sent again must mean the same people.
        "all_found": "all" in request.POST,
        "page": "events",
    }
    return render(request, "events/roster.html", context)


def _chosen(
    request: HttpRequest, page: RosterPage, ticked: frozenset[int]
) -> list[int]:
    """Return the ids of the places that are ticked, or all that the filter shows.

    Nobody, and a message, if nobody is ticked, or the filter shows others by now.
    """
    if "all" not in request.POST:
        if not ticked:
            messages.error(request, _("Select people first."))
        return sorted(ticked)
    if request.POST["all"] != str(len(page.found)):
        text = _("The roster has changed: now %(number)d people are found. Look again.")
        messages.error(request, text % {"number": len(page.found)})
        return []
    return page.found


def _changed(
    request: HttpRequest, user: User, event: Event, form: PlacesForm, chosen: list[int]
) -> bool:
    number = form.write(
        lambda: change_participants(
            event=event, participants=chosen, by=user, **form.values
        )
    )
    if number is None:
        return False
    text = ngettext(
        "%(number)d person was changed.", "%(number)d people were changed.", number
    )
    messages.success(request, text % {"number": number})
    return True


def _removed(
    request: HttpRequest, user: User, page: RosterPage, chosen: list[int]
) -> HttpResponse:
    """Show whom to remove; once that is confirmed, remove them."""
    event = page.event
    if "confirmed" not in request.POST:
        bare, kept = bare_places(event, chosen)
        context = {
            "event": event,
            "roster": page,
            "bare": bare,
            "kept": kept,
            "page": "events",
        }
        return render(request, "events/remove_people.html", context)
    done = remove_participants(event=event, participants=chosen, by=user)
    if done.number:
        text = ngettext(
            "%(number)d person was removed from the roster.",
            "%(number)d people were removed from the roster.",
            done.number,
        )
        messages.success(request, text % {"number": done.number})
    if done.kept:
        text = _("Not removed, because of what is recorded about them: %(names)s.")
        messages.error(request, text % {"names": _names(done.kept)})
    return redirect(reverse("roster", args=[event.pk]) + page.address)


def _names(people: list[Participant]) -> str:
    names = listed(person.name for person in people[:NAMED_AT_MOST])
    more = len(people) - NAMED_AT_MOST
    return (
        names
        if more <= 0
        else _("%(names)s and %(more)d more")
        % {
            "names": names,
            "more": more,
        }
    )


@form_page
def new_participant(request: HttpRequest, user: User, event_id: int) -> HttpResponse:
    event = organized_event(request, user, event_id)
    form = NewParticipantForm(posted(request), event=event)
    left = set(
        event.participants.filter(registration__in=NOT_REGISTERED).values_list(
            "pk", flat=True
        )
    )
    if added := form.write(
        lambda: add_participant(event=event, by=user, **form.values)
    ):
        messages.success(request, _in_words(added, left))
        return redirect("roster", event.pk)
    on_roster = form.on_roster
    return show_form(
        request,
        form,
        title=_("Add a person"),
        above=[event.organization.name, event.title],
        submit=_("Add"),
        back=reverse("roster", args=[event.pk]),
        leads_to=on_roster and reverse("edit_participant", args=[on_roster]),
    )


def _in_words(added: Added, left: Collection[int]) -> str:
    """Return what adding somebody did.

    Args:
        added: What was done.
        left: The places whose people were not registered before.
    """
    place = added.participant
    if added.is_new:
        return _("The person was added to the roster.")
    if place.pk in left and place.registration not in NOT_REGISTERED:
        text = _("%(name)s is registered again.")
    else:
        text = _("%(name)s was already on the roster; what was missing was added.")
    return text % {"name": isolated(place.name)}


@form_page
def edit_participant(
    request: HttpRequest, user: User, participant_id: int
) -> HttpResponse:
    person = shown_participant(request, user, participant_id)
    event = person.event
    viewer = Viewer.of(user)
    organizes = viewer.organizes(event.organization_id)
    is_own = person.user_id == user.pk and not organizes
    if not is_own:
        viewer.must_organize(event.organization_id)
    back = reverse("roster" if organizes else "event", args=[event.pk])
    form = ParticipantForm(
        posted(request), zone=event.time_zone, row=person, is_own=is_own
    )
    if form.write(
        lambda: change_participant(participant=person, changes=form.changes, by=user)
    ):
        messages.success(request, _("Saved."))
        return redirect(back)
    return show_form(
        request,
        form,
        template="events/own_entry.html" if is_own else "events/person_form.html",
        person=person,
        personal_url="" if is_own else personal_url(person),
        title=_("Edit your entry") if is_own else _("Edit person"),
        above=[event.organization.name, event.title],
        lead=""
        if is_own
        else _(
            "Name, email, student number, time zone and language change at all events "
            "of this person."
        ),
        submit=_("Save"),
        back=back,
    )


@action(back="edit_participant")
def renew_personal_link(request: HttpRequest, user: User, participant_id: int) -> None:
    person = shown_participant(request, user, participant_id)
    Viewer.of(user).must_organize(person.event.organization_id)
    renew_link(place=person)
    text = _("%(name)s has a new personal link. The old one no longer works.")
    messages.success(request, text % {"name": isolated(person.name)})


@form_page
def remove_place(request: HttpRequest, user: User, participant_id: int) -> HttpResponse:
    """Show a page to confirm, then remove somebody from the roster."""
    person = shown_participant(request, user, participant_id)
    event = person.event
    Viewer.of(user).must_organize(event.organization_id)
    if request.method != "POST":
        return confirm_page(
            request,
            title=_("Remove %(name)s from the roster")
            % {"name": isolated(person.name)},
            above=[event.organization.name, event.title],
            lead=_(
                "Only for somebody who was added by mistake. Who leaves is cancelled "
                "instead: then what was recorded about them stays."
            ),
            submit=_("Remove"),
            keep=_("Do not remove"),
            back=reverse("edit_participant", args=[person.pk]),
        )
    try:
        remove_participant(participant=person, by=user)
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
        return redirect("edit_participant", person.pk)
    text = _("%(name)s was removed from the roster.")
    messages.success(request, text % {"name": isolated(person.name)})
    return redirect("roster", event.pk)
