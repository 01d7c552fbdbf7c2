"""Everything that changes decisions, in any order, in an event of several sessions.

In a file of its own, so that it runs beside the other.
"""

from collections import Counter
from typing import Any

import pytest

from attendance.points.ledger import PointsPerStatus
from attendance.rules.calculation import Policy
from tests.attendance.decisions.acts import ACTS, SOURCES
from tests.attendance.decisions.decision_paths import Paths, run

pytestmark = pytest.mark.django_db


class PathsOfCourses(Paths):
    sessions_at_first = (2,)


@pytest.mark.slow
def test_whatever_is_done_in_whatever_order_row_log_points_and_lists_agree() -> None:
    run(PathsOfCourses)


# Each act once, in an order in which none is refused.
TOUR: list[tuple[str, dict[str, Any]]] = [
    ("count_as_absent", {"which": 0}),
    ("be_seen", {"which": 1, "who": 0, "minutes": (0, 60)}),
    ("calculate", {"which": 1}),
    ("calculate_due", {}),
    *(
        ("mark", {"how": how, "where": where, "who": 0, "status": "late", "reason": ""})
        for how, where in zip(SOURCES, (0, 1, None), strict=True)
    ),
    ("say_again", {"which": 0, "reason": "another"}),
    ("undo", {"which": 0}),
    ("undo_an_undo", {"which": 0}),
    (
        "mark_many",
        {"how": "manual", "where": 1, "statuses": ["late", "absent"], "reason": ""},
    ),
    ("come", {"how": "check_in", "where": 0, "who": 1, "minute": 5}),
    ("come", {"how": "tap_late", "where": 0, "who": 2, "minute": 40}),
    ("come", {"how": "check_oneself_in", "where": 1, "who": 0, "minute": 5}),
    *(
        ("say_of_oneself", {"how": how, "who": 0, "attended": attended})
        for how, attended in (("answer", True), ("answer_by_link", False))
    ),
    ("say_who_it_was", {"how": "link", "which": 0, "who": 1}),
    ("say_who_it_was", {"how": "unlink", "which": 0, "who": 1}),
    ("end_event", {"how": "end_by_itself"}),
    ("end_event", {"how": "complete"}),
    ("reopen", {}),
    *(
        ("give_points", {"how": how, "who": 0, "worth": PointsPerStatus(5, 3, 1, 4)})
        for how in ("thank", "revalue", "withdraw_thanks")
    ),
    *(
        ("change_session", {"how": how, "which": 0})
        for how in ("cancel", "restore", "move", "end")
    ),
    ("set_policy", {"where": None, "policy": Policy(0, 20, 40, 60)}),
    ("register", {"how": "walk_in", "who": 3}),
    *(
        ("register", {"how": how, "who": 1})
        for how in ("cancelled", "waitlisted", "registered")
    ),
    ("change_event", {"how": "schedule"}),
    ("change_event", {"how": "cancel_event"}),
    ("change_event", {"how": "publish"}),
]


def test_nothing_that_can_be_done_is_always_refused() -> None:
    PathsOfCourses.done, PathsOfCourses.refused = Counter(), Counter()
    paths = PathsOfCourses()
    paths.begin(number=0)
    for name, values in TOUR:
        getattr(paths, name)(**values)
        paths.the_log_joins_up_and_ends_at_what_stands()
        paths.the_seals_fit()
        paths.the_points_are_those_of_the_decisions()
        paths.all_lists_count_alike()
    paths.teardown()
    assert ACTS - set(PathsOfCourses.done) == set(), PathsOfCourses.refused
    assert not PathsOfCourses.refused
