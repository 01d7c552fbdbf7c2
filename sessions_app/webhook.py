"""LiveKit's webhook: a plain Django view that uses only Postgres.

No session, CSRF check, throttle, Redis or Celery: a slow or failing answer holds up
LiveKit's queue of that room, and events that LiveKit drops are lost.

Source: docs/rules.md 1, 2, 3.
"""

import logging

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from core.body_limits import WEBHOOK_BYTES, sent_bytes
from sessions_app.facts import store_fact
from sessions_app.livekit import Unverified, read_webhook, verify_webhook

logger = logging.getLogger(__name__)


@csrf_exempt
@require_POST
def livekit_webhook(request: HttpRequest) -> HttpResponse:
    """Verify, store and fold one fact.

    The answer is 204 for everything with a valid signature, stored now or before,
    because a retry would not help. Checked in this order: 405, 413 over 8 MiB, 401
    without a valid signature. 503 if it could not be stored, so that LiveKit retries.
    """
    if sent_bytes(request) > WEBHOOK_BYTES:
        _log_refusal(413, "The body is over 8 MiB.")
        return HttpResponse("The body is over 8 MiB.\n", status=413)
    body = request.read()
    try:
        signature = verify_webhook(
            body,
            request.headers.get("Authorization", ""),
            settings.LIVEKIT_WEBHOOK_KEYS,
        )
    except Unverified as reason:
        _log_refusal(401, str(reason))
        return HttpResponse(f"Not signed by a known key: {reason}.\n", status=401)
    try:
        store_fact(read_webhook(body, signature), body)
    except (OperationalError, InterfaceError):
        logger.exception("A fact could not be stored.", extra={"op": "receive_webhook"})
        return HttpResponse("The database is down.\n", status=503)
    return HttpResponse(status=204)


def _log_refusal(status: int, reason: str) -> None:
    """Log the reason, never the body: LiveKit does not send such an event again."""
    logger.warning(
        "A webhook was refused.",
        extra={"op": "receive_webhook", "status": status, "reason": reason},
    )
