"""A refused mark of several people: its page comes back with what was chosen and typed.

A session of the browser keeps it until that page is shown again, once.
"""

import re
from typing import NamedTuple

from django.http import HttpRequest

from attendance.decisions.place import Place
from attendance.models import LONGEST_REASON

REFUSED_MARK = "refused_mark"
LONGEST_STATUS = 16


class RefusedMark(NamedTuple):
    """What was sent; nothing of it needs to be right."""

    people: list[int]
    status: str
    reason: str
    override: bool


def keep_refused_mark(request: HttpRequest, place: Place) -> None:
    """Keep what was sent, if it came from the form for several people."""
    sent = request.POST
    if "several" not in sent:
        return
    people = sent.getlist("participant")
    refused = RefusedMark(
        people=[int(pk) for pk in people if re.fullmatch(r"[0-9]{1,18}", pk)],
        status=sent.get("status", "")[:LONGEST_STATUS],
        reason=sent.get("reason", "")[:LONGEST_REASON],
        override="override" in sent,
    )
    request.session[REFUSED_MARK] = {"place": _key(place), "refused": refused}


def take_refused_mark(request: HttpRequest, place: Place) -> RefusedMark | None:
    """Return, once, what was just refused at this place."""
    kept = request.session.get(REFUSED_MARK)
    if kept is None or kept["place"] != _key(place):
        return None
    del request.session[REFUSED_MARK]
    return RefusedMark(*kept["refused"])


def _key(place: Place) -> list[int | None]:
    return [place.event.pk, place.session.pk if place.session else None]
