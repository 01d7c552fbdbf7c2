"""The forms, as they come and with what they refuse, as people see them."""

import pytest

from tests.browser.looking import look_at
from tests.browser.pages import FORMS
from tests.browser.school import School
from tests.browser.visitor import Windows


@pytest.mark.parametrize("name", FORMS)
def test_a_form_serves_everybody_at_every_width(
    name: str, windows: Windows, school: School
) -> None:
    look_at(FORMS[name], windows, school)
