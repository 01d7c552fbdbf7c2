"""One's own record, notifications, and what one answers there."""

import pytest

from events.models import Participant
from tests.browser.looking import look_at
from tests.browser.pages import OWN
from tests.browser.school import School
from tests.browser.visitor import DESK, PHONE, Windows


@pytest.mark.parametrize("name", OWN)
def test_a_page_serves_everybody_at_every_width(
    name: str, windows: Windows, school: School
) -> None:
    look_at(OWN[name], windows, school)


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_what_is_asked_is_answered_right_there(
    width: int, windows: Windows, school: School
) -> None:
    visitor = windows.of(school.mother, "en")
    page = visitor.page
    visitor.at_width(width)
    visitor.open("/")
    before = int(page.locator(".bell strong").inner_text().split()[0])
    page.get_by_role("link", name="Notifications").click()
    page.locator("main .list a").first.click()
    page.get_by_role("link", name="Your record").first.click()
    child = page.locator(".asked").first
    title = child.locator("h2").inner_text()
    name = "Yes" if width == PHONE else "No"
    child.get_by_role("button", name=name, exact=True).click()
    assert "Your answer is saved" in page.locator("main").inner_text()
    page.get_by_role("link", name="Your record").first.click()
    assert title not in page.locator("main").inner_text()
    left = page.locator(".bell strong")
    assert left.count() == (1 if before > 1 else 0)
    assert visitor.trouble == []
    answered = Participant.objects.filter(own_answers__attended=width == PHONE)
    assert answered.filter(person__user=school.mother).count() == 1
