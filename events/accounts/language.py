"""In which language an answer is: the account's, else what the browser asks for.

Where neither says anything, a page of an organization uses that organization's
(:func:`use_language`, which the pages call), everything else ``LANGUAGE_CODE``.
"""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.translation.trans_real import parse_accept_lang_header

from events.models import User

# Answered by machines to machines; nothing here may cost them a query.
WORDLESS = ("/webhooks/", "/health/", "/static/")


class LanguageMiddleware:
    """Speak the language of whoever asks, for this one request.

    Stands behind the authentication, because the account decides first.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer in the language; the thread's own is restored afterwards."""
        if request.path_info.startswith(WORDLESS):
            return self.get_response(request)
        with translation.override(_asked_for(request) or settings.LANGUAGE_CODE):
            response = self.get_response(request)
            language = translation.get_language()
        patch_vary_headers(response, ("Accept-Language",))
        response.headers.setdefault("Content-Language", language or "")
        return response


def use_language(request: HttpRequest, language: str) -> None:
    """Use ``language`` for the rest of this request, if nothing else was asked for."""
    if not _asked_for(request) and (supported := _supported(language)):
        translation.activate(supported)


def use_language_of(user: User) -> None:
    """Use the language of an account that a token named, if it has one of its own.

    The middleware, which only knows of cookies, ends it with the request.
    """
    if own := _own(user):
        translation.activate(own)


def _asked_for(request: HttpRequest) -> str | None:
    if own := _own(getattr(request, "user", None)):
        return own
    header = request.headers.get("Accept-Language", "")
    for language, _weight in parse_accept_lang_header(header):
        if supported := _supported(language):
            return supported
    return None


def _own(user: object) -> str | None:
    language = getattr(user, "language", "")
    return _supported(language) if language else None


def _supported(language: str) -> str | None:
    try:
        return translation.get_supported_language_variant(language)
    except LookupError:
        return None
