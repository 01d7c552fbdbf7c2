"""The pages of answers, and asking by hand."""

import pytest
from django.urls import reverse

from tests.browser.looking import look_at
from tests.browser.pages import ANSWERS
from tests.browser.school import School
from tests.browser.visitor import Windows


@pytest.mark.parametrize("name", ANSWERS)
def test_it_has_no_flaw(name: str, windows: Windows, school: School) -> None:
    look_at(ANSWERS[name], windows, school)


def test_an_organizer_asks_by_hand_after_a_question(
    windows: Windows, school: School
) -> None:
    event = school.subjects["just over"]
    visitor = windows.of(school.organizer, "en")
    visitor.open(reverse("event", args=[event.pk]))
    page = visitor.page
    page.get_by_text("Open the answers").click()
    page.get_by_text("Ask 2 people now").click()
    page.get_by_text("2 people are asked now").wait_for()
    page.locator("main form button.first").click()
    page.get_by_text("2 people are asked.").wait_for()
    assert page.get_by_text("The mail is on its way").count() == 2
    assert not page.get_by_text("people now").count()
