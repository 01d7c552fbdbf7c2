"""Everything that changes decisions, in any order, in an event of a session or none."""

import pytest

from tests.attendance.decisions.decision_paths import Paths, run

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


class PathsOfOneSession(Paths):
    sessions_at_first = (1, 1, 0)


def test_whatever_is_done_in_whatever_order_row_log_points_and_lists_agree() -> None:
    run(PathsOfOneSession)
