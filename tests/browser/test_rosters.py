"""Rosters: how their pages look, and what one does there."""

import pytest
from django.urls import reverse

from tests.browser.looking import LOOKS, look_at
from tests.browser.pages import ROSTERS
from tests.browser.school import School
from tests.browser.visitor import Windows


@pytest.mark.parametrize("name", ROSTERS)
def test_it_has_no_flaw(name: str, windows: Windows, school: School) -> None:
    look_at(ROSTERS[name], windows, school)


def path_of(where: str, school: School) -> str:
    """The page on which somebody is added."""
    if where == "session":
        return school.path("ended")
    return reverse(where, args=[school.event.pk])


@pytest.mark.parametrize("where", ["new_participant", "door_walk_in", "session"])
@pytest.mark.parametrize("language", LOOKS)
def test_asking_who_is_meant_has_no_flaw(
    where: str, language: str, windows: Windows, school: School
) -> None:
    visitor = windows.of(school.organizer, language)
    visitor.trouble.clear()
    visitor.open(path_of(where, school))
    visitor.open_all()
    page = visitor.page
    page.locator("main input[name=name]").first.fill("Maria Lopes")
    page.locator("main form:has(input[name=name]) button.first").first.click()
    page.locator("input[name=who][value=new]").wait_for()
    flaws = visitor.dead_ends()
    for width, scheme in LOOKS[language]:
        flaws += visitor.flaws(width, scheme)
    assert not flaws + visitor.trouble


def test_all_that_are_found_are_ticked_and_removed(
    windows: Windows, school: School
) -> None:
    """The page asks first; nothing hangs on any of them."""
    event = school.subjects["long roster"]
    visitor = windows.of(school.organizer, "en")
    visitor.open(reverse("roster", args=[event.pk]) + "?q=hadid+12")
    page = visitor.page
    page.locator("[data-choose-all]").click()
    assert page.locator("input[name=participant]:checked").count() == 3
    page.locator("button[name=remove]").click()
    page.locator(".names li").nth(2).wait_for()
    page.locator("button[name=confirmed]").click()
    page.get_by_text("No results.").wait_for()
    assert page.locator("#q").input_value() == "hadid 12"


@pytest.mark.parametrize("language", LOOKS)
def test_lines_of_which_it_is_doubtful_who_is_meant_have_no_flaw(
    language: str, windows: Windows, school: School
) -> None:
    visitor = windows.of(school.organizer, language)
    visitor.trouble.clear()
    visitor.open(path_of("several_participants", school))
    visitor.page.locator("main textarea").fill("Ben Smith\nMaria Lopes")
    visitor.page.locator("main form[method=post] button.first").click()
    visitor.page.locator("main [role=alert]").wait_for()
    flaws = visitor.dead_ends()
    for width, scheme in LOOKS[language]:
        flaws += visitor.flaws(width, scheme)
    assert not flaws + visitor.trouble
