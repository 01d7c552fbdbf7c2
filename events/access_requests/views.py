"""The page on which visitors ask for access, and those on which superusers answer.

Source: docs/rules.md 165, 172.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from core.names import isolated
from events.access_requests.asking import ask_for_access
from events.access_requests.forms import AskForAccessForm, LetInForm
from events.accounts.client import network_of
from events.accounts.limits import TooManyTries
from events.accounts.sign_up import may_sign_up
from events.accounts.views import answer_too_many
from events.invitations.inviting import Made, invite_address
from events.invitations.links_page import show_links
from events.models import AccessRequest, Organization, User
from events.pages import confirm_page, form_page, posted, read_page, show_form

P = ParamSpec("P")

REQUESTS_A_PAGE = 50


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def ask(request: HttpRequest) -> HttpResponse:
    """Let a visitor ask for access; whoever may sign up does that instead."""
    if isinstance(request.user, User):
        return redirect("home")
    if may_sign_up(request):
        return redirect("account_signup")
    form = AskForAccessForm(posted(request))
    if form.is_valid():
        try:
            ask_for_access(**form.values, network=network_of(request))
        except TooManyTries as refused:
            form.add_error(None, refused)
        else:
            messages.success(
                request,
                _("Thank you. If you can be let in, a mail comes to your address."),
            )
            return redirect("home")
    page = show_form(
        request,
        form,
        title=_("Ask for access"),
        above=[],
        lead=_("Do you want to use Rollcall for a class or a group? Say so here."),
        submit=_("Send"),
        back=reverse("home"),
    )
    return answer_too_many(form, page)


def _superusers_only(
    view: Callable[Concatenate[HttpRequest, User, P], HttpResponse],
) -> Any:
    @wraps(view)
    def guarded(
        request: HttpRequest, user: User, *args: P.args, **kwargs: P.kwargs
    ) -> HttpResponse:
        if not user.is_superuser:
            raise Http404
        return view(request, user, *args, **kwargs)

    return guarded


@read_page
@_superusers_only
def access_requests(request: HttpRequest, user: User) -> HttpResponse:
    """List who asks for access, the newest first."""
    asked = Paginator(AccessRequest.objects.all(), REQUESTS_A_PAGE)
    context = {"asked": asked.get_page(request.GET.get("page")), "page": "today"}
    return render(request, "events/access_requests/list.html", context)


@form_page
@_superusers_only
def let_in(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Invite who asked to a role; that answers the request, which is deleted."""
    asked = get_object_or_404(AccessRequest, pk=pk)
    organizations = list(Organization.objects.order_by("name", "pk"))
    if not organizations:
        messages.error(request, _("First make the organization."))
        return redirect("new_organization")
    form = LetInForm(posted(request), organizations=organizations)
    made = form.write(lambda: _let_in(asked, form, by=user))
    back = reverse("access_requests")
    if made is not None:
        return show_links(request, user, form.chosen, [made], back=back)
    return show_form(
        request,
        form,
        title=_("Invite %(name)s") % {"name": isolated(asked.name)},
        above=[asked.email],
        lead=_(
            "Whoever opens the link signs in or makes an account, and gets the role. "
            "For an organization of their own, make it first, and invite them as its "
            "owner."
        ),
        submit=_("Make the link"),
        back=back,
        page="today",
    )


def _let_in(asked: AccessRequest, form: LetInForm, *, by: User) -> Made:
    role: Any = form.cleaned_data["role"]
    made = invite_address(organization=form.chosen, role=role, email=asked.email, by=by)
    asked.delete()
    return made


@form_page
@_superusers_only
def delete_access_request(request: HttpRequest, user: User, pk: int) -> HttpResponse:
    """Show a page to confirm, then delete a request without an answer."""
    asked = get_object_or_404(AccessRequest, pk=pk)
    name = {"name": isolated(asked.name)}
    if request.method != "POST":
        return confirm_page(
            request,
            title=_("Delete the request of %(name)s") % name,
            above=[asked.email],
            lead=_("Nobody is told of it."),
            submit=_("Delete"),
            keep=_("Keep it"),
            back=reverse("access_requests"),
        )
    asked.delete()
    messages.success(request, _("The request of %(name)s was deleted.") % name)
    return redirect("access_requests")
