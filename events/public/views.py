"""The public page of an event, and the page on which a registration is confirmed.

Source: docs/rules.md 147, 148.
"""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.errors import RuleBroken
from events import services
from events.accounts.client import network_of
from events.accounts.language import use_language
from events.models import Event, User, Visibility
from events.pages import posted
from events.public.claims import claim_of
from events.public.forms import RegistrationForm
from events.public.registering import ask_to_confirm_registration, confirm
from events.public.when import when
from events.roster.personal_links import personal_path
from events.roster.waiting_list import is_full
from events.secret_pages import secret_page


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def public_event(request: HttpRequest, event_id: int) -> HttpResponse:
    """Show what anybody may know of an event; a POST asks to register."""
    event = get_object_or_404(
        Event.objects.open_to_all().select_related("organization"), pk=event_id
    )
    use_language(request, event.organization.language)
    now = timezone.now()
    if request.method == "GET" and isinstance(request.user, User):
        services.record_view(event=event, user=request.user, now=now)
    form = RegistrationForm(posted(request), initial=_known_of(request))
    status, wait = 200, None
    if form.is_valid():
        try:
            ask_to_confirm_registration(
                event=event,
                language=get_language() or "",
                network=network_of(request),
                now=now,
                **form.cleaned_data,
            )
            messages.success(
                request,
                _(
                    "You get a mail in a moment. Open its link and confirm. Only then "
                    "are you registered."
                ),
            )
            return redirect("public_event", event.pk)
        except RuleBroken as refusal:
            form.add_error(None, str(refusal))
            status, wait = refusal.status, refusal.wait
    context = {
        "event": event,
        "when": when(event),
        "form": form if event.takes_registrations(now) or form.is_bound else None,
        "is_full": is_full(event),
        "is_over": now >= event.end,
        "is_listed": event.visibility == Visibility.PUBLIC,
    }
    answer = render(request, "events/public/event.html", context, status=status)
    if wait is not None:
        answer.headers["Retry-After"] = str(wait)
    return answer


def _known_of(request: HttpRequest) -> dict[str, str]:
    """Return what the form has already, for somebody who is signed in."""
    user = request.user
    if not isinstance(user, User):
        return {}
    return {"name": user.get_full_name(), "email": user.email}


@secret_page("GET", "HEAD", "POST")
def confirm_registration(request: HttpRequest, token: str) -> HttpResponse:
    """Ask whether to register; a POST does, and opens the person's own page.

    That page is opened for a new registration alone: this link must not outlive a
    personal link that was renewed.
    """
    claim = claim_of(token)
    if claim is None:
        raise Http404
    event = get_object_or_404(
        Event.objects.open_to_all().select_related("organization"), pk=claim.event
    )
    use_language(request, claim.language)
    context = {"event": event, "when": when(event), "name": claim.name}
    if request.method != "POST":
        return render(request, "events/public/confirm.html", context)
    try:
        place, is_settled = confirm(claim, now=timezone.now())
    except Event.DoesNotExist as gone:
        raise Http404 from gone
    except RuleBroken as refusal:
        context["refusal"] = refusal
        return render(
            request, "events/public/confirm.html", context, status=refusal.status
        )
    if is_settled:
        context["is_settled"] = True
        return render(request, "events/public/confirm.html", context)
    return redirect(personal_path(place))
