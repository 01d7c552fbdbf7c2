"""Pages of policies: of an organization, session type, event or session.

Source: docs/rules.md 25, 141.
"""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from attendance.policies.effective import (
    PolicyScope,
    Scope,
    clear_policy,
    policy_at,
    set_policy,
)
from attendance.policies.forms import PolicyForm
from attendance.policies.in_words import comes_from, policy_in_words
from events.models import User
from events.pages import (
    administered_organization,
    form_page,
    organized_event,
    posted,
    show_form,
)
from sessions_app.models import SessionType
from sessions_app.pages import shown_organized_session


@form_page
def organization_policy(
    request: HttpRequest, user: User, organization_id: int
) -> HttpResponse:
    organization = administered_organization(request, user, organization_id)
    return _policy_page(
        request,
        PolicyScope(organization),
        own=Scope.ORGANIZATION,
        above=[organization.name],
        lead=_(
            "For all sessions, unless their type, event or they themselves have other "
            "thresholds."
        ),
        inherit=_("Use the defaults"),
        back=reverse("organization_settings", args=[organization.pk]),
    )


@form_page
def session_type_policy(
    request: HttpRequest, user: User, organization_id: int, session_type: str
) -> HttpResponse:
    if session_type not in SessionType.values:
        raise Http404
    organization = administered_organization(request, user, organization_id)
    return _policy_page(
        request,
        PolicyScope(organization, session_type),
        own=Scope.SESSION_TYPE,
        above=[organization.name, SessionType(session_type).label],
        lead=_(
            "For all sessions of this type, unless their event or they themselves have "
            "other thresholds."
        ),
        inherit=_("Use what the organization has"),
        back=reverse("organization_settings", args=[organization.pk]),
    )


@form_page
def event_policy(request: HttpRequest, user: User, event_id: int) -> HttpResponse:
    event = organized_event(request, user, event_id)
    return _policy_page(
        request,
        PolicyScope(event.organization, event=event),
        own=Scope.EVENT,
        above=[event.organization.name, event.title],
        lead=_(
            "For all sessions of this event, unless they have thresholds of their own, "
            "and for its course results. Without any of the event, sessions follow "
            "their type, else the organization."
        ),
        inherit=_("Use what the organization has"),
        back=reverse("event", args=[event.pk]),
    )


@form_page
def session_policy(request: HttpRequest, user: User, session_id: int) -> HttpResponse:
    session = shown_organized_session(request, user, session_id)
    event = session.event
    return _policy_page(
        request,
        PolicyScope(event.organization, session=session),
        own=Scope.SESSION,
        above=[event.organization.name, event.title, session.title],
        lead=_("For this session alone."),
        inherit=_("Use what other sessions have"),
        back=reverse("session", args=[session.pk]),
        mode=session.mode,
    )


def _policy_page(
    request: HttpRequest,
    place: PolicyScope,
    *,
    own: Scope,
    inherit: str,
    back: str,
    mode: str | None = None,
    **context: Any,
) -> HttpResponse:
    """Show the thresholds of a place; set them, or let the place inherit again.

    Args:
        request: The request.
        place: What the policy is for.
        own: Where the policy of this place itself comes from.
        inherit: The text of the button that removes it.
        back: The URL to which people return.
        mode: Where the session is held; None: it is for several.
        context: ``above`` and ``lead`` of the page.
    """
    policy, scope = policy_at(place)
    if "inherit" in request.POST:
        clear_policy(place)
        return _done(request, back)
    form = PolicyForm(posted(request), initial=policy._asdict())
    if form.write(lambda: set_policy(place, form.policy)):
        return _done(request, back)
    return show_form(
        request,
        form,
        template="attendance/policies/policy.html",
        title=_("Who is late, who is absent"),
        meaning=policy_in_words(policy, mode),
        source=comes_from(scope),
        inherit=inherit if scope == own else "",
        submit=_("Save"),
        back=back,
        **context,
    )


def _done(request: HttpRequest, back: str) -> HttpResponse:
    messages.success(
        request,
        _(
            "Saved. What was calculated before stays as it is until it is calculated "
            "again."
        ),
    )
    return redirect(back)
