"""The report of a session in each state, as people see it."""

import pytest

from tests.browser.looking import look_at
from tests.browser.pages import REPORTS
from tests.browser.school import School
from tests.browser.visitor import Windows


@pytest.mark.parametrize("name", REPORTS)
def test_a_report_serves_everybody_at_every_width(
    name: str, windows: Windows, school: School
) -> None:
    look_at(REPORTS[name], windows, school)
