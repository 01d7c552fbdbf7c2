"""Messages for violated database constraints, the same in forms and REST."""

from collections.abc import Mapping
from typing import NamedTuple

from django.db import IntegrityError
from django.utils.functional import Promise

from core.errors import RuleBroken


class ConstraintRule(NamedTuple):
    """HTTP status, field and message for the violation of one constraint."""

    status: int
    field: str
    message: str | Promise


_constraint_rules: dict[str, ConstraintRule] = {}


def tell_constraints(rules: Mapping[str, ConstraintRule]) -> None:
    """Register an app's rules, keyed by the names of the constraints."""
    _constraint_rules.update(rules)


def violated_constraint(exc: IntegrityError) -> str:
    """Return the name of the violated constraint; "" if the database names none."""
    diagnosis = getattr(exc.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""


def constraint_rule(exc: IntegrityError) -> ConstraintRule | None:
    """Return the rule of the violated constraint; None if none is registered."""
    return _constraint_rules.get(violated_constraint(exc))


def refusal(refused: RuleBroken | IntegrityError) -> tuple[str, str]:
    """Return the field that is wrong ("" if none) and the message, as in REST.

    Raises:
        IntegrityError: no rule is registered for the constraint.
    """
    if isinstance(refused, RuleBroken):
        return refused.field, str(refused)
    rule = constraint_rule(refused)
    if rule is None:
        raise refused
    return rule.field, str(rule.message)
