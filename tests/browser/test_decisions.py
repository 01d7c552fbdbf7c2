"""Decisions about events and their history, as people see them."""

import pytest
from playwright.sync_api import Browser

from tests.browser.looking import look_at
from tests.browser.pages import DECISIONS
from tests.browser.school import School
from tests.browser.visitor import Windows, visiting


@pytest.mark.parametrize("name", DECISIONS)
def test_decisions_serve_everybody_at_every_width(
    name: str, windows: Windows, school: School
) -> None:
    look_at(DECISIONS[name], windows, school)


def test_with_javascript_all_are_chosen_without_asking_anew(
    chromium: Browser, site: str, school: School
) -> None:
    with visiting(chromium, site, school.organizer) as visitor:
        page = visitor.page
        visitor.open(school.path("calculated"))
        boxes = page.locator("input[form=several]")
        details = page.locator("#several details")
        boxes.first.check()
        assert details.get_attribute("open") is not None
        choose = page.get_by_role("link", name="Select all shown (7)")
        choose.click()
        assert all(box.is_checked() for box in boxes.all())
        assert page.url.endswith(school.path("calculated"))
        choose.click()
        assert not any(box.is_checked() for box in boxes.all())
