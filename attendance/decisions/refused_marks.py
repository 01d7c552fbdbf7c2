"""Keeps a refused mark of several people, so that its form is shown filled in again.

It is kept in the Django session until the page is shown once more.
"""

import re
from typing import NamedTuple

from django.http import HttpRequest

from attendance.decisions.place import Place
from attendance.models import LONGEST_REASON

REFUSED_MARK = "refused_mark"
LONGEST_STATUS = 16


class RefusedMark(NamedTuple):
    """What the form sent; none of it is validated."""

    people: list[int]
    status: str
    reason: str
    override: bool


def keep_refused_mark(request: HttpRequest, place: Place) -> None:
    """Keep what a request sent, if it came from the form for several people."""
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
    """Return and forget the mark that was just refused at this place, if any."""
    kept = request.session.get(REFUSED_MARK)
    if kept is None or kept["place"] != _key(place):
        return None
    del request.session[REFUSED_MARK]
    return RefusedMark(*kept["refused"])


def _key(place: Place) -> list[int | None]:
    return [place.event.pk, place.session.pk if place.session else None]
