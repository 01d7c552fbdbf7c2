"""The page that shows links which were made, this once."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from core.mails import reaches_people
from events.invitations.inviting import Made
from events.invitations.mailing import send_links
from events.invitations.states import Shown, state_of
from events.models import Organization, User


def show_links(
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
        "sends_no_mail": not reaches_people(),
        "back": back,
        "page": "events",
    }
    return render(request, "events/invitations/made.html", context)
