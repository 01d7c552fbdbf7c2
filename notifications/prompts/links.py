"""The secret links of prompts: who has one answers for a person, without signing in.

A token is 32 random bytes, of which only the SHA-256 is kept. Every mail has its own;
all of somebody's tokens of an event hold until answers do not count any more, or their
personal link is renewed, as it is with another mailbox.

Source: docs/rules.md 181.
"""

import secrets
from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.db.models import F
from django.http import Http404
from django.urls import reverse

from attendance.decisions.answering import answers_count_until
from core.digests import digest_of
from events.models import EventState, Participant
from notifications.models import PromptToken

TOKEN_BYTES = 32


class NewToken(NamedTuple):
    """A token that is still to be stored, and its secret, which is shown only once."""

    row: PromptToken
    secret: str


def new_token(place: Participant) -> NewToken:
    """Return a token of a place, without storing it."""
    secret = secrets.token_urlsafe(TOKEN_BYTES)
    token = PromptToken(
        participant=place, digest=digest_of(secret), link_version=place.link_version
    )
    return NewToken(token, secret)


def answer_url(secret: str, choice: str = "") -> str:
    """Return the address of the page to answer.

    Args:
        secret: The token.
        choice: What is chosen there already, as in its query string.
    """
    return f"{settings.PUBLIC_URL}{reverse('answer', args=[secret])}{choice}"


def unsubscribe_url(secret: str) -> str:
    """Return the address at which such mails are stopped."""
    return f"{settings.PUBLIC_URL}{reverse('unsubscribe', args=[secret])}"


def place_of(
    secret: str, *, now: datetime, even_of_cancelled: bool = False
) -> Participant:
    """Return whose link it is, with event, organization and person.

    Args:
        secret: The token, from the address.
        now: The present time.
        even_of_cancelled: Whether it works for an event that was cancelled.

    Raises:
        Http404: It is nobody's, is revoked, or is over.
    """
    tokens = PromptToken.objects.filter(
        revoked_at=None, link_version=F("participant__link_version")
    ).select_related("participant__event__organization", "participant__person__user")
    token = tokens.filter(digest=digest_of(secret)).first()
    if token is None or now >= answers_count_until(token.participant):
        raise Http404
    place = token.participant
    if place.event.state == EventState.CANCELLED and not even_of_cancelled:
        raise Http404
    return place
