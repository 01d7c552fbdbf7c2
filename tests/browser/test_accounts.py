"""Accounts: their pages, and signing in, up and back in, without JavaScript."""

import pytest

from tests.browser.looking import look_at
from tests.browser.pages import ACCOUNTS, ALL
from tests.browser.school import School
from tests.browser.visitor import Windows


@pytest.mark.parametrize("name", ACCOUNTS)
def test_a_page_serves_everybody_at_every_width(
    name: str, windows: Windows, school: School
) -> None:
    look_at(ALL[name], windows, school)
