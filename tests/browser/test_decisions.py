"""Decisions about events and their history, as people see them."""

from datetime import timedelta

import pytest
from playwright.sync_api import Browser

from tests.browser.looking import look_at
from tests.browser.pages import DECISIONS
from tests.browser.school import School
from tests.browser.visitor import PHONE, Windows, visiting
from tests.factories import make_event, make_participant

DAY = timedelta(days=1)


@pytest.mark.parametrize("name", DECISIONS)
def test_decisions_serve_everybody_at_every_width(
    name: str, windows: Windows, school: School
) -> None:
    look_at(DECISIONS[name], windows, school)


def test_completing_asks_on_a_page_of_its_own_and_works_by_forms_alone(
    chromium: Browser, site: str, school: School
) -> None:
    event = make_event(school.organization, starts_at=school.now - DAY)
    ana = make_participant(event, name="Ana")
    with visiting(
        chromium, site, school.organizer, width=PHONE, javascript=False
    ) as visitor:
        page = visitor.page
        visitor.open(f"/events/{event.pk}/attendance/")
        page.get_by_role("button", name="Complete now").click()
        assert "1 person has no decision and becomes absent:" in (
            page.locator("main").inner_text()
        )
        page.get_by_role("link", name="Do not complete").click()
        page.get_by_role("button", name="Complete now").click()
        page.get_by_role("button", name="Complete now").click()
        assert page.get_by_role("status").first.inner_text() == (
            "The event is completed: 1 decision changed."
        )
        assert "absent" in page.get_by_role("row", name=ana.name).inner_text()


def test_paper_shows_who_came_and_nothing_to_press(
    chromium: Browser, site: str, school: School
) -> None:
    with visiting(chromium, site, school.organizer) as visitor:
        page = visitor.page
        visitor.open(f"/events/{school.subjects['meetup'].pk}/attendance/")
        page.evaluate("window.print = () => document.body.dataset.printed = 'yes'")
        page.get_by_role("button", name="Print").click()
        assert page.evaluate("document.body.dataset.printed") == "yes"
        page.emulate_media(media="print")
        assert page.locator("main table.people").is_visible()
        assert page.get_by_text("As of ").is_visible()
        for unprinted in ("nav", "button", ".skip", "input", "select"):
            assert not page.locator(unprinted).filter(visible=True).count(), unprinted
        assert page.pdf(format="A4").startswith(b"%PDF")


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
