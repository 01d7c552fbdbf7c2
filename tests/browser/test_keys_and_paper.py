"""The report by keyboard alone, and on paper."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.school import School
from tests.browser.seen import Seen
from tests.browser.visitor import DESK, PHONE, Visitor, visiting

FOCUSED = """() => {
  const focused = document.activeElement;
  const box = focused.getBoundingClientRect();
  const style = getComputedStyle(focused);
  return {
    text: focused.innerText?.trim() || focused.name || focused.id,
    top: box.top + scrollY, start: box.left, end: box.right, height: box.height,
    outline: style.outlineStyle === 'none' ? 0 : parseFloat(style.outlineWidth),
  };
}"""
ABOVE_THE_NEXT = 60


@pytest.fixture(params=["en", "ar"])
def visitor(
    request: pytest.FixtureRequest, chromium: Browser, site: str, school: School
) -> Iterator[Visitor]:
    """An organizer at the report, in either direction."""
    with visiting(chromium, site, school.organizer, language=request.param) as visitor:
        visitor.open(school.path("calculated"))
        yield visitor


def test_the_first_key_leads_past_the_head(visitor: Visitor) -> None:
    page = visitor.page
    page.keyboard.press("Tab")
    skip = page.locator(":focus")
    assert skip.get_attribute("href") == "#content"
    box = skip.bounding_box()
    assert box is not None
    assert box["y"] >= 0
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"


@pytest.mark.parametrize("width", [PHONE, DESK])
def test_keys_go_down_the_page_and_show_where_they_are(
    visitor: Visitor, width: int
) -> None:
    visitor.at_width(width)
    last = -ABOVE_THE_NEXT
    walked = 0
    while True:
        visitor.page.keyboard.press("Tab")
        here = visitor.page.evaluate(FOCUSED)
        if not here["text"] or here["text"] == visitor.page.evaluate(
            "document.body.innerText.trim()"
        ):
            break
        assert here["outline"] >= 2, here
        # A line's items may differ in height, but no step leads up the page.
        assert here["top"] > last - ABOVE_THE_NEXT, here
        last = here["top"]
        walked += 1
    assert walked > 4


@pytest.mark.parametrize("name", ["calculated", "completed", "unrecorded", "reports"])
def test_paper_shows_the_people_and_nothing_to_press(
    visitor: Visitor, school: School, name: str
) -> None:
    page = visitor.page
    if name != "calculated":
        route = "reports" if name == "reports" else "event_attendance"
        about = "" if name == "reports" else name
        visitor.open(Seen(route, about).path(school))
    page.emulate_media(media="print")
    assert not page.locator(".notice.with-button").filter(visible=True).count()
    assert page.locator("main table.people").first.is_visible()
    for unprinted in ("nav", "button", ".skip", "input", "select"):
        assert not page.locator(unprinted).filter(visible=True).count(), unprinted
    visitor.at_width(PHONE * 2)
    assert page.evaluate("scrollX") == 0
    assert page.pdf(format="A4").startswith(b"%PDF")
