"""Choosing the language of a response: the account's, else the browser's.

If neither names a supported one, pages of an organization use the organization's
language (they call :func:`use_language`), everything else ``LANGUAGE_CODE``.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from events.models import User

# Requests of machines, which need no language; finding one would cost them a query.
WORDLESS = ("/webhooks/", "/health/", "/static/")


class LanguageMiddleware:
    """Activates the caller's language for one request.

    It comes after AuthenticationMiddleware, because the account decides first.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in the caller's language, then restore that of the thread."""
        if request.path_info.startswith(WORDLESS):
            return self.get_response(request)
        with translation.override(_asked_for(request) or settings.LANGUAGE_CODE):
            response = self.get_response(request)
            language = translation.get_language()
        patch_vary_headers(response, ("Accept-Language",))
        response.headers.setdefault("Content-Language", language or "")
        return response


def use_language(request: HttpRequest, language: str) -> None:
    """Use ``language`` in this request unless account or browser name another."""
    if not _asked_for(request) and (supported := _supported(language)):
        translation.activate(supported)


def use_own_language(request: HttpRequest) -> None:
    """Use the language of an account that has just changed it."""
    translation.activate(_asked_for(request) or settings.LANGUAGE_CODE)


def use_language_of(user: User) -> None:
    """Use the language of the user whom a token named, if the account has one.

    The middleware knows only users with a session. It restores the thread's language
    after the request.
    """
    if own := supported_language_of(user):
        translation.activate(own)


def _asked_for(request: HttpRequest) -> str | None:
    if own := supported_language_of(getattr(request, "user", None)):
        return own
    header = request.headers.get("Accept-Language", "")
    for language, _weight in parse_accept_lang_header(header):
        if supported := _supported(language):
            return supported
    return None


def supported_language_of(user: object) -> str | None:
    """Return the language of an account, if it has one that is supported."""
    language = getattr(user, "language", "")
    return _supported(language) if language else None


def _supported(language: str) -> str | None:
    try:
        return translation.get_supported_language_variant(language)
    except LookupError:
        return None
