"""The running instance, as its own commands reach it."""

from contextlib import closing

from django.conf import settings

from attendance_site.simulation.livekit import NotDelivered, WebhookSender

# Written here: asking the URLconf would import every page, half of a start's time.
LIVENESS, WEBHOOK = "/health/live", "/webhooks/livekit"


def webhook_url() -> str:
    """Return the address that LiveKit would send to."""
    return f"{settings.PUBLIC_URL}{WEBHOOK}"


def keys() -> dict[str, str]:
    """Return what webhooks are signed with."""
    return {"key": settings.LIVEKIT_API_KEY, "secret": settings.LIVEKIT_API_SECRET}


def must_answer() -> None:
    """Ask for a sign of life before anything is made.

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
