"""The pages of people, looked at as all others."""

import pytest

from tests.browser.looking import look_at
from tests.browser.pages import PEOPLE
from tests.browser.school import School
from tests.browser.visitor import Windows


@pytest.mark.parametrize("name", PEOPLE)
def test_a_page_of_people_serves_everybody_at_every_width(
    name: str, windows: Windows, school: School
) -> None:
    look_at(PEOPLE[name], windows, school)
