"""How somebody is refused of whom it is not clear who they are, or who is known."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import Conflict
from core.names import comma, isolated, listed
from events.people.matching import Doubtful, Known

# A message names this many who may be meant; there may be a hundred.
NAMED_AT_MOST = 3


def doubtful(meant: Doubtful) -> Conflict:
    """Return the refusal that lists who may be meant."""
    candidates = [as_candidate(known) for known in meant.candidates]
    return Conflict(
        "doubtful",
        _("This may be %(names)s. Choose who is meant, or say that it is somebody new.")
        % {"names": candidates_in_words(candidates)},
        field="name",
        candidates=candidates,
    )


def as_candidate(known: Known) -> dict[str, Any]:
    """Return somebody who may be meant in the shape of REST."""
    return {
        "person": known.person,
        "name": known.name,
        "email": known.email,
        "external_id": known.external_id,
    }


def candidates_in_words(candidates: Sequence[Mapping[str, Any]]) -> str:
    """Return the first who may be meant, as a message names them."""
    named = [
        in_words(one["name"], one["email"], one["external_id"])
        for one in candidates[:NAMED_AT_MOST]
    ]
    more = ["…"] if len(candidates) > NAMED_AT_MOST else []
    return comma().join(named + more)


def in_words(name: str, *details: str) -> str:
    """Return a name with what tells its person from others, such as an address."""
    about = listed(details)
    return f"{isolated(name)} ({about})" if about else isolated(name)


def number_taken(*, name: str, person: int) -> Conflict:
    """Return the refusal of a number that somebody else has."""
    return Conflict(
        "number_taken",
        _("%(name)s has this student number.") % {"name": isolated(name)},
        field="external_id",
        person=person,
    )


def known_already(known: Known) -> Conflict:
    """Return the refusal of somebody new who is a person of the organization."""
    return Conflict(
        "known_already",
        _("%(name)s is already among the people of the organization.")
        % {"name": isolated(known.name)},
        field="name",
        person=known.person,
    )
