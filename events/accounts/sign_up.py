"""Who may sign up: whoever comes, or who was invited (setting ``SIGN_UP``).

An invitation lets one browser sign up: its page calls :func:`let_sign_up` and sends the
visitor to ``account_signup``. When the account is made, allauth sends its signal
``user_signed_up`` with the request, in which :func:`invited_address` still tells.
"""

from django.conf import settings
from django.http import HttpRequest

_INVITED = "invited_to_sign_up"


def let_sign_up(request: HttpRequest, *, email: str = "") -> None:
    """Let this browser make one account; ``email`` is offered as its address."""
    request.session[_INVITED] = email


def is_invited(request: HttpRequest) -> bool:
    """Return whether this browser came by an invitation and has no account yet."""
    return _INVITED in request.session


def invited_address(request: HttpRequest) -> str:
    """Return the address of the invitation; "" if there is none."""
    return str(request.session.get(_INVITED, ""))


def forget_invitation(request: HttpRequest) -> None:
    """Let this browser make no further account."""
    request.session.pop(_INVITED, None)


def may_sign_up(request: HttpRequest) -> bool:
    """Return whether the visitor may make an account."""
    return bool(settings.SIGN_UP == "OPEN") or is_invited(request)
