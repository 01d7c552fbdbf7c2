"""The page of an invitation's link.

Opening it writes nothing: scanners of mail open links, too. Only its buttons do, and
they note that it was opened. From then on the session knows the invitation, so that the
secret stands in no other address. Links that are unknown, expired, used or withdrawn
get the same answer, but for the account that used one: it is led on.

Source: docs/rules.md 159.
"""

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.addresses import folded_address
from core.digests import digest_of
from core.errors import RuleBroken
from core.names import isolated
from events.accounts.confirming import waiting_address
from events.accounts.language import use_language
from events.accounts.sign_up import remember_invitation, remembered_digest
from events.invitations.answering import accept
from events.invitations.inviting import (
    invitation_of,
    invitation_used,
    note_opened,
)
from events.invitations.starting import has_confirmed, must_have_confirmed
from events.models import Invitation, User
from events.secret_pages import signed_in_secret_page

_BUTTONS = ("accept", "switch", "sign_in", "sign_up")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in_secret_page
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Show who invites to what; a POST accepts, or leads to signing in or up.

    Without a token, it is the invitation that this browser opened last.
    """
    digest = digest_of(token) if token else remembered_digest(request)
    invited = invitation_of(digest)
    if invited is None:
        return _gone(request, digest)
    if request.method == "POST":
        return _do(request, invited, request.POST.get("do", ""))
    language = invited.person.language if invited.person else ""
    use_language(request, language or invited.organization.language)
    context = {
        "invitation": invited,
        "is_other": _is_other(request, invited),
        **_confirming(request, invited),
    }
    return render(request, "events/invitations/link.html", context)


def _gone(request: HttpRequest, digest: bytes) -> HttpResponse:
    user = request.user
    used = invitation_used(digest, user) if isinstance(user, User) else None
    if used:
        return _lead_on(request, used)
    return render(request, "events/invitations/gone.html", status=404)


def _lead_on(request: HttpRequest, used: Invitation) -> HttpResponse:
    text = _("You belong to %(organization)s already.")
    messages.success(request, text % {"organization": isolated(used.organization.name)})
    if used.role:
        return redirect("organization", used.organization_id)
    return redirect("home")


def _is_other(request: HttpRequest, invited: Invitation) -> bool:
    """Return whether another account is signed in than that of the address."""
    if not isinstance(request.user, User) or not invited.email:
        return False
    return folded_address(request.user.email) != invited.folded_email


def _confirming(request: HttpRequest, invited: Invitation) -> dict[str, object]:
    """Return whether the account must confirm the address, and if a mail asks it to."""
    user = request.user
    if not isinstance(user, User) or has_confirmed(invited, user):
        return {"must_confirm": False, "waiting": ""}
    waiting = waiting_address(user)
    is_it = folded_address(waiting) == invited.folded_email
    return {"must_confirm": True, "waiting": waiting if is_it else ""}


def _do(request: HttpRequest, invited: Invitation, what: str) -> HttpResponse:
    if what in _BUTTONS:
        note_opened(invited)
    if what == "accept" and isinstance(request.user, User):
        return _accept(request, invited, request.user)
    if what == "switch":
        logout(request)
    remember_invitation(request, bytes(invited.token_digest or b""))
    page = "account_signup" if what == "sign_up" else "account_login"
    return redirect(
        f"{reverse(page)}?{urlencode({'next': reverse('opened_invitation')})}"
    )


def _accept(request: HttpRequest, invited: Invitation, user: User) -> HttpResponse:
    try:
        must_have_confirmed(invited, user)
        accept(invited, user=user)
    except Http404:  # Somebody was faster.
        return _gone(request, bytes(invited.token_digest or b""))
    except RuleBroken as refusal:
        messages.error(request, str(refusal))
        return redirect("home")
    text = _("You belong to %(organization)s now.")
    organization = isolated(invited.organization.name)
    messages.success(request, text % {"organization": organization})
    return redirect("home")
