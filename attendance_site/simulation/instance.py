"""The running instance, to which commands send webhooks."""

from contextlib import closing

from django.conf import settings

from attendance_site.simulation.livekit import NotDelivered, WebhookSender

# Not from the URLconf: importing all pages would take half of a command's start.
LIVENESS, WEBHOOK = "/health/live", "/webhooks/livekit"


def webhook_url() -> str:
    """Return the URL to which LiveKit would send webhooks."""
    return f"{settings.PUBLIC_URL}{WEBHOOK}"


def keys() -> dict[str, str]:
    """Return the key and secret that sign webhooks, as keyword arguments."""
    return {"key": settings.LIVEKIT_API_KEY, "secret": settings.LIVEKIT_API_SECRET}


def must_answer() -> None:
    """Check that the instance runs, before anything is created.

    Raises:
        NotDelivered: there is no key to sign with, or nothing answers.
    """
    if not settings.LIVEKIT_API_KEY:
        raise NotDelivered(
            "there is no key to sign with. `make run` makes one, "
            "or set LIVEKIT_API_KEY and LIVEKIT_API_SECRET."
        )
    with closing(WebhookSender(webhook_url(), **keys())) as sender:
        try:
            sender.must_be_there(LIVENESS)
        except NotDelivered as error:
            raise NotDelivered(
                f"{error}. If it is stopped, `make run` starts it."
            ) from error
