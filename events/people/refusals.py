"""How somebody is refused of whom it is not clear who they are, or who is known."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import Conflict
from events.people.matching import Doubtful, Known


def doubtful(meant: Doubtful) -> Conflict:
    """Return the refusal that lists who may be meant."""
    return Conflict(
        "doubtful",
        _("This may be %(names)s. Choose who is meant, or say that it is somebody new.")
        % {"names": ", ".join(known.name for known in meant.candidates)},
        field="name",
        candidates=[as_candidate(known) for known in meant.candidates],
    )


def as_candidate(known: Known) -> dict[str, Any]:
    """Return somebody who may be meant in the shape of REST."""
    return {
        "person": known.person,
        "name": known.name,
        "email": known.email,
        "external_id": known.external_id,
    }


def number_taken(*, name: str, person: int) -> Conflict:
    """Return the refusal of a number that somebody else has."""
    return Conflict(
        "number_taken",
        _("%(name)s has this student number.") % {"name": name},
        field="external_id",
        person=person,
    )


def known_already(known: Known) -> Conflict:
    """Return the refusal of somebody new who is a person of the organization."""
    return Conflict(
        "known_already",
        _("%(name)s is already among the people of the organization.")
        % {"name": known.name},
        field="name",
        person=known.person,
    )
