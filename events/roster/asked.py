"""What is asked for about a place on a roster, by the names of REST."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from core.errors import Invalid
from core.spans import Span
from events.roster.enrolment import UNSET, Bound


def as_changes(
    role: str, registration: str, enrolled_from: Bound, enrolled_until: Bound
) -> dict[str, Any]:
    """Return what is asked for about a place, without what is not said."""
    said = {"role": role, "registration": registration}
    bounds = {"enrolled_from": enrolled_from, "enrolled_until": enrolled_until}
    return {name: value for name, value in said.items() if value} | {
        name: bound for name, bound in bounds.items() if bound is not UNSET
    }


def bounds_of(changes: Mapping[str, Any]) -> dict[str, Bound]:
    """Return the bounds of the enrolment that are asked for."""
    names = {"start": "enrolled_from", "end": "enrolled_until"}
    return {key: changes.get(name, UNSET) for key, name in names.items()}


def must_be_in_order(span: Span) -> None:
    """Raise Invalid if an enrolment ends before it begins."""
    if span.start and span.end and span.end <= span.start:
        raise Invalid(
            "ends_before_start",
            _("The enrolment must end after it begins."),
            field="enrolled_until",
        )
