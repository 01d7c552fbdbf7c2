"""What a machine that tries all paths of decisions may do, and with what."""

from collections import Counter
from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol

from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from core.errors import RuleBroken
from tests.attendance.decisions.school import MOST_PEOPLE, MOST_SESSIONS

# Mostly the same person at the same session, so that much happens to one decision.
WHO = st.sampled_from([0, 0, 0, *range(1, MOST_PEOPLE)])
WHICH = st.sampled_from([0, 0, 0, *range(1, MOST_SESSIONS)])
WHERE = st.none() | WHICH
SOURCES = ("manual", "parent_reported", "admin_override")
STATUS = st.sampled_from(["present", "late", "partial", "absent", "excused"])
MINUTE = st.sampled_from([-5, 5, 40])
REASON = st.sampled_from(["", "the same", "another"])

ACTS: set[str] = {"mark_many"}


class Machine(Protocol):
    """Counts what was done, and what was refused."""

    done: Counter[str]
    refused: Counter[str]


def act(*hows: str, **drawn: Any) -> Callable[[Callable[..., None]], Any]:
    """A rule that does something; what the product refuses changes nothing.

    ``hows`` are what it can do, which it is told, and each is counted by itself.
    """

    def decorate(function: Callable[..., None]) -> Any:
        ACTS.update(hows or [function.__name__])

        @wraps(function)
        def run(self: Machine, **values: Any) -> None:
            name = values.get("how", function.__name__)
            try:
                with transaction.atomic():
                    function(self, **values)
            except RuleBroken:
                self.refused[name] += 1
            else:
                self.done[name] += 1

        draws = drawn | ({"how": st.sampled_from(hows)} if hows else {})
        as_rule: Any = rule(**draws)
        return as_rule(run)

    return decorate


has_sessions = precondition(lambda self: self.school.has_sessions)
