"""Who may sign up: whoever comes, or who was invited (setting ``SIGN_UP``).

The page of an invitation's link calls :func:`remember_invitation`, which notes the
digest of the link's token in the session of the browser. One account may be made by it,
as long as the invitation stands: it is for that account then (``Invitation.user``).
"""

from collections.abc import Callable

from allauth.core.exceptions import ImmediateHttpResponse
from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.shortcuts import redirect

from events.models import Invitation, InvitationQuerySet, User

_DIGEST = "invitation"


def remember_invitation(request: HttpRequest, digest: bytes) -> None:
    """Note in the session that this browser came by an invitation's link."""
    request.session[_DIGEST] = digest.hex()


def remembered_digest(request: HttpRequest) -> bytes:
    """Return the digest of the token of the last link; empty if there was none."""
    return bytes.fromhex(request.session.get(_DIGEST, ""))


def _unused(request: HttpRequest) -> InvitationQuerySet:
    digest = remembered_digest(request)
    if not digest:
        return Invitation.objects.none()
    return Invitation.objects.standing().filter(token_digest=digest, user=None)


def is_invited(request: HttpRequest) -> bool:
    """Return whether an invitation lets this browser make an account."""
    return _unused(request).exists()


def invited_address(request: HttpRequest) -> str:
    """Return the address of the invitation; "" if there is none."""
    invitation = _unused(request).first()
    return invitation.email if invitation else ""


def must_keep_address(request: HttpRequest) -> bool:
    """Return whether an account can be made with the address of the invitation alone.

    It is so where nobody chose who is invited: else whoever gets a forwarded mail would
    make one that is not the person's (``invitations/starting.py``).
    """
    chosen_by_nobody = _unused(request).filter(invited_by=None).exclude(person=None)
    return chosen_by_nobody.exclude(email="").exists()


def link_has_made_its_account(request: HttpRequest) -> bool:
    """Return whether somebody made an account by the link that this browser opened."""
    digest = remembered_digest(request)
    made = Invitation.objects.filter(token_digest=digest).exclude(user=None)
    return bool(digest) and made.exists()


def may_sign_up(request: HttpRequest) -> bool:
    """Return whether the visitor may make an account."""
    return bool(settings.SIGN_UP == "OPEN") or is_invited(request)


def make_account(request: HttpRequest, make: Callable[[], User]) -> User:
    """Make an account, once for each invitation, which is for that account then.

    Raises:
        ImmediateHttpResponse: Nobody may sign up: another browser was faster.
    """
    with transaction.atomic():
        invitation = _unused(request).select_for_update(of=("self",)).first()
        if invitation is None and settings.SIGN_UP != "OPEN":
            raise ImmediateHttpResponse(redirect("account_signup"))
        user = make()
        if invitation:
            Invitation.objects.filter(pk=invitation.pk).update(user=user)
    return user
