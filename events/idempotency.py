"""The header ``Idempotency-Key``: a repeated request gets the first response again.

Claiming the key, the request's effect and storing the response are one transaction. Of
two requests with one key at the same time, the second waits at the unique constraint
and gets the first one's response. A request that fails leaves no claim.

Stored are successes and conflicts with the present state (409). A request that is
wrong or not allowed (400, 401, 403, 404, …) or failed (5xx) changed nothing, and may be
sent again with the same key.

Source: docs/rules.md 87; draft-ietf-httpapi-idempotency-key-header.
"""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, NamedTuple

from django.db import connection, transaction
from django.http import HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.errors import Conflict, Invalid, RuleBroken
from events.models import IdempotentAnswer
from events.permissions import signed_in

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replay"
REMEMBERED_FOR = timedelta(hours=24)

IDEMPOTENCY_KEY = OpenApiParameter(
    HEADER,
    location=OpenApiParameter.HEADER,
    description=(
        "Made by the client, up to 255 visible ASCII characters. For 24 hours the same "
        f"key and body get the first answer again, with `{REPLAYED}: true`; the same "
        "key with another body 422. Refusals but 409 are not remembered."
    ),
)

_KEY = re.compile(r"[\x21-\x7e]{1,255}")

_CLAIM = """
    INSERT INTO events_idempotentanswer AS kept (
        user_id, path, key, fingerprint, content_type, body, created_at
    )
    VALUES (%(user)s, %(path)s, %(key)s, %(fingerprint)s, '', '', %(now)s)
    ON CONFLICT (user_id, path, key) DO UPDATE SET
        fingerprint = excluded.fingerprint, status = NULL,
        created_at = excluded.created_at
    WHERE kept.created_at <= %(forgotten)s
    RETURNING id
"""
# A few at a time, so that it stays fast; SKIP LOCKED leaves rows being claimed now.
_FORGET = """
    DELETE FROM events_idempotentanswer WHERE id IN (
        SELECT id FROM events_idempotentanswer WHERE created_at <= %(forgotten)s
        ORDER BY created_at LIMIT 100 FOR UPDATE SKIP LOCKED
    )
"""

Handler = Callable[..., HttpResponseBase]


class KeyOfAnother(RuleBroken):
    """The key was used for another request."""

    status = 422


class _Claim(NamedTuple):
    """A request's user, path, key, and digest of its method and body."""

    user: int
    path: str
    key: str
    fingerprint: bytes


def idempotent(handler: Handler) -> Handler:
    """Make a view's method honour ``Idempotency-Key``, if the request has one."""

    @wraps(handler)
    def run(
        view: APIView, request: Request, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        if HEADER not in request.headers:
            return handler(view, request, *args, **kwargs)
        claim = _claim_of(request)
        with transaction.atomic():
            claimed = _claim(claim)
            if claimed is None:
                return _first_answer(claim)
            # A service that refuses has rolled back its own writes, but not what must
            # stay, such as a counted attempt with a wrong code.
            try:
                answer = _rendered(handler(view, request, *args, **kwargs))
            except Conflict as refusal:
                answer = _rendered(view.handle_exception(refusal))
            _remember(claimed, answer)
        return answer

    return run


def _claim_of(request: Request) -> _Claim:
    key = request.headers[HEADER]
    if not _KEY.fullmatch(key):
        raise Invalid(
            "bad_key",
            _("Write 1 to 255 visible ASCII characters, without spaces."),
            field=HEADER,
        )
    request_text = json.dumps([request.method, request.data], sort_keys=True)
    fingerprint = hashlib.sha256(request_text.encode()).digest()
    return _Claim(signed_in(request).pk, request.path, key, fingerprint)


def _claim(claim: _Claim) -> int | None:
    """Return the id of this request's new row; None if there is a response already."""
    now = timezone.now()
    values: dict[str, Any] = {"now": now, "forgotten": now - REMEMBERED_FOR}
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, values)
        cursor.execute(_CLAIM, values | claim._asdict())
        row = cursor.fetchone()
    return None if row is None else int(row[0])


def _first_answer(claim: _Claim) -> HttpResponse:
    kept = IdempotentAnswer.objects.get(user=claim.user, path=claim.path, key=claim.key)
    if bytes(kept.fingerprint) != claim.fingerprint:
        raise KeyOfAnother(
            "key_of_another",
            _("This key was already used for another request. Use a new key for each."),
            field=HEADER,
        )
    return HttpResponse(
        bytes(kept.body),
        status=kept.status,
        content_type=kept.content_type,
        headers={REPLAYED: "true"},
    )


def _rendered(answer: HttpResponseBase) -> HttpResponse:
    """Return the response as bytes, the same for now and for repetitions."""
    if isinstance(answer, Response):
        return HttpResponse(
            JSONRenderer().render(answer.data),
            status=answer.status_code,
            content_type=JSONRenderer.media_type,
        )
    if not isinstance(answer, HttpResponse):
        raise TypeError("what is streamed cannot be remembered")
    return answer


def _remember(claimed: int, answer: HttpResponse) -> None:
    IdempotentAnswer.objects.filter(pk=claimed).update(
        status=answer.status_code,
        content_type=answer["Content-Type"],
        body=answer.content,
    )
