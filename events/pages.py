"""Decorators and helpers of the pages of all apps.

Anonymous people have to sign in first. What a user may not see is a 404; what they may
see but not change is a 403.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from urllib.parse import SplitResult, urlsplit

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.errors import NotAllowed, RuleBroken
from core.form_parts import ZoneField, offered_zones
from events.accounts.language import use_language
from events.lookups import visible_event, visible_participant
from events.models import Event, Participant, User
from events.permissions import Viewer

P = ParamSpec("P")
SignedInView = Callable[Concatenate[HttpRequest, User, P], HttpResponse]


def sign_in_first(view: Callable[P, HttpResponseBase]) -> Callable[P, HttpResponseBase]:
    """Redirect anonymous people to sign in, and back to the page afterwards.

    A POST is not repeated: they come back to the page whose button or form sent it.
    """

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        request = args[0]
        if not isinstance(request, HttpRequest):
            raise TypeError("this is no view")
        if request.user.is_authenticated:
            return view(*args, **kwargs)
        page = _page_before(request)
        if request.method == "POST" and page.netloc == request.get_host():
            return redirect_to_login(page._replace(scheme="", netloc="").geturl())
        return redirect_to_login(request.get_full_path())

    return guarded


def _page_before(request: HttpRequest) -> SplitResult:
    """Return the URL of the referring page; an empty one if there is none."""
    try:
        return urlsplit(request.headers.get("Referer", ""))
    except ValueError:
        return urlsplit("")


def page(*methods: str) -> Callable[[SignedInView[P]], Any]:
    """Decorate a page for signed-in people; the user is the view's second argument.

    Responses are not cached, and NotAllowed becomes a 403.

    Args:
        methods: The allowed HTTP methods.
    """

    def decorate(view: SignedInView[P]) -> Any:
        @require_http_methods(list(methods))
        @sign_in_first
        @never_cache
        @wraps(view)
        def guarded(
            request: HttpRequest, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            if not isinstance(request.user, User):
                raise TypeError("this view lets anonymous people in")
            try:
                return view(request, request.user, *args, **kwargs)
            except NotAllowed as refusal:
                raise PermissionDenied(str(refusal)) from refusal

        return guarded

    return decorate


form_page = page("GET", "HEAD", "POST")
read_page = page("GET", "HEAD")


def action(back: str) -> Callable[[Callable[..., str | None]], Any]:
    """Decorate the action behind a button: a POST that redirects back to its page.

    If a rule refuses the action, the page shows the message. The view may return a
    fragment of the page, such as ``#p12``. The query string (``?status=late``) is kept.

    Args:
        back: The URL name of the page; its path has the same ids as the action's.
    """

    def decorate(view: Callable[..., str | None]) -> Any:
        @page("POST")
        @wraps(view)
        def act(request: HttpRequest, user: User, /, **ids: int) -> HttpResponse:
            part = None
            try:
                part = view(request, user, **ids)
            except NotAllowed:
                raise
            except RuleBroken as refusal:
                messages.error(request, str(refusal))
            query = request.GET.urlencode()
            address = reverse(back, kwargs=ids) + (f"?{query}" if query else "")
            return redirect(address + (part or ""))

        return act

    return decorate


def shown_event(request: HttpRequest, user: User, event_id: int) -> Event:
    """Return an event that the user may see; use its organization's language."""
    event = visible_event(user, event_id)
    use_language(request, event.organization.language)
    return event


def shown_participant(
    request: HttpRequest, user: User, participant_id: int
) -> Participant:
    """Return a participant whom the user may see; use the organization's language."""
    person = visible_participant(user, participant_id)
    use_language(request, person.event.organization.language)
    return person


def organized_event(request: HttpRequest, user: User, event_id: int) -> Event:
    """Return an event that the user organizes.

    Raises:
        NotAllowed: the user may only see it.
    """
    event = shown_event(request, user, event_id)
    Viewer.of(user).must_organize(event.organization_id)
    return event


def posted(request: HttpRequest) -> QueryDict | None:
    """Return the data that was sent; None if the form is only opened."""
    return request.POST if request.method == "POST" else None


def show_form(request: HttpRequest, form: Any, **context: Any) -> HttpResponse:
    """Answer with a page that is one form.

    Args:
        request: The request.
        form: The form, empty or with its errors.
        context: ``title``, ``submit`` (text of the button), ``back`` (URL of the link
            to cancel); optional are ``above`` (names of what the page belongs to),
            ``lead`` (a sentence below the title), ``template``.
    """
    template = context.pop("template", "components/form_page.html")
    if any(isinstance(field, ZoneField) for field in form.fields.values()):
        context["zones"] = offered_zones()
    context = {"page": "events"} | context | {"form": form}
    return render(request, template, context)


def confirm_page(request: HttpRequest, **context: Any) -> HttpResponse:
    """Answer with a page that asks before something is deleted.

    Args:
        request: The request.
        context: ``title``, ``above`` (names of what it belongs to), ``lead`` (what will
            happen), ``submit`` and ``keep`` (texts of button and link), ``back`` (the
            URL of the link); optional is ``along`` (sentences: how much goes with it).
    """
    return render(
        request, "components/confirm_page.html", {**context, "page": "events"}
    )
