"""The page on which an account reads what is recorded, and consents or withdraws it."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from events.accounts.language import use_language
from events.models import Person, User
from events.pages import form_page
from events.recording.consent import Asked, set_consent

ANSWERS = {"yes": True, "no": False}


@form_page
def own_recording(request: HttpRequest, user: User, person_id: int) -> HttpResponse:
    """Show one of the people for whom the account stands; a POST sets the consent."""
    mine = user.people.select_related("organization")
    person = get_object_or_404(mine, pk=person_id)
    use_language(request, person.organization.language)
    if request.method == "POST":
        take_answer(request, person, by=user)
        messages.success(request, _("Saved."))
        return redirect("own_recording", person.pk)
    context = {"asked": Asked.of(person, person.organization), "page": "account"}
    return render(request, "events/recording/own.html", context)


def take_answer(request: HttpRequest, person: Person, *, by: User | None) -> None:
    """Give or withdraw consent, as the button says that was pressed."""
    consents = ANSWERS.get(request.POST.get("consents", ""))
    if consents is not None:
        set_consent(person=person, consents=consents, by=by, now=timezone.now())
