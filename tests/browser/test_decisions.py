"""Decisions about events and their history, as people see them."""

import pytest

from tests.browser.looking import look_at
from tests.browser.pages import DECISIONS
from tests.browser.school import School
from tests.browser.visitor import Windows


@pytest.mark.parametrize("name", DECISIONS)
def test_decisions_serve_everybody_at_every_width(
    name: str, windows: Windows, school: School
) -> None:
    look_at(DECISIONS[name], windows, school)
