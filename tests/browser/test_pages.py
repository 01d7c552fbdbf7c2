"""Every page as people see it: nothing that axe finds, nothing cut off or too small."""

import pytest

from tests.browser.looking import look_at
from tests.browser.pages import ACTIONS, ALL, EVENTS, PAGES, STEPS, routes
from tests.browser.school import School
from tests.browser.visitor import Windows


@pytest.mark.parametrize("name", PAGES | EVENTS)
def test_a_page_serves_everybody_at_every_width(
    name: str, windows: Windows, school: School
) -> None:
    look_at(ALL[name], windows, school)


def test_every_page_is_looked_at() -> None:
    assert routes() == {page.route for page in ALL.values()} | ACTIONS | STEPS
