"""Personal links: the secret address of somebody's own page of an event.

Whoever has the link needs no account. It is made of the place's id and a digest over it
and the version of the link, so nothing is stored; a higher version makes another link,
and the old one worthless.

Source: docs/rules.md 145.
"""

import re
from base64 import urlsafe_b64encode

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac

from core.row_ids import row_id
from events.models import Participant, Person

SALT = "events.roster.personal_links"
# Of the digest: 144 bits cannot be guessed.
DIGEST_BYTES = 18
_TOKEN = re.compile(r"(\d{1,19})-([\w-]{24})", re.ASCII)


def personal_url(place: Participant) -> str:
    """Return the link, as it is given to the person."""
    return f"{settings.PUBLIC_URL}{personal_path(place)}"


def personal_path(place: Participant) -> str:
    """Return the link without the address of the site."""
    return reverse("personal", args=[token_of(place)])


def token_of(place: Participant) -> str:
    """Return the secret part of the link."""
    return f"{place.pk}-{_digest(place)}"


def place_of(token: str) -> Participant | None:
    """Return whose link it is; None if it is nobody's, or no longer theirs."""
    found = _TOKEN.fullmatch(token)
    if found is None:
        return None
    places = Participant.objects.in_reports().select_related(
        "event__organization", "person__user"
    )
    place = places.filter(pk=row_id(found[1]) or 0).first()
    is_theirs = constant_time_compare(found[2], _digest(place or Participant()))
    return place if place is not None and is_theirs else None


@transaction.atomic
def renew_link(*, place: Participant) -> Participant:
    """Give a place another link; the old one opens nothing any more."""
    rows = Participant.objects.select_for_update(of=("self",), no_key=True)
    locked: Participant = get_object_or_404(rows, pk=place.pk)
    place.link_version = locked.link_version + 1
    place.save(update_fields=["link_version"])
    return place


def renew_links_of(person: Person) -> None:
    """Give all places of a person other links; the old ones open nothing any more."""
    places = Participant.objects.filter(person=person)
    places.update(link_version=F("link_version") + 1)


def _digest(place: Participant) -> str:
    text = f"{place.pk} {place.link_version}"
    digest = salted_hmac(SALT, text, algorithm="sha256").digest()
    return urlsafe_b64encode(digest[:DIGEST_BYTES]).decode()
