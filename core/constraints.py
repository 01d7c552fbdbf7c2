"""How violations of named constraints are told, by forms and REST alike."""

from collections.abc import Mapping
from typing import NamedTuple

from django.db import IntegrityError
from django.utils.functional import Promise

from core.errors import RuleBroken


class ConstraintRule(NamedTuple):
    """How a violation of a named database constraint is told."""

    status: int
    field: str
    message: str | Promise


_constraint_rules: dict[str, ConstraintRule] = {}


def tell_constraints(rules: Mapping[str, ConstraintRule]) -> None:
    """Say how violations of these named constraints are told; each app its own."""
    _constraint_rules.update(rules)


def violated_constraint(exc: IntegrityError) -> str:
    """Return the name of the constraint that the database says was violated."""
    diagnosis = getattr(exc.__cause__, "diag", None)
    return getattr(diagnosis, "constraint_name", None) or ""


def constraint_rule(exc: IntegrityError) -> ConstraintRule | None:
    """Return how the violation is told; None if nobody has said."""
    return _constraint_rules.get(violated_constraint(exc))


def refusal(refused: RuleBroken | IntegrityError) -> tuple[str, str]:
    """Return the field to blame, or "", and what to say, as REST would.

    Raises:
        IntegrityError: of a constraint about which nobody said how it is told.
    """
    if isinstance(refused, RuleBroken):
        return refused.field, str(refused)
    rule = constraint_rule(refused)
    if rule is None:
        raise refused
    return rule.field, str(rule.message)
