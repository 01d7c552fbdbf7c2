"""Who somebody unmatched was: said once on a report, and remembered.

As an organizer does it, by forms alone: JavaScript is switched off.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator

from tests.browser.school import LONG, School
from tests.browser.visitor import PHONE, Visitor, visiting


@pytest.fixture
def visitor(chromium: Browser, site: str, school: School) -> Iterator[Visitor]:
    organizer = school.organizer
    with visiting(chromium, site, organizer, width=PHONE, javascript=False) as visitor:
        yield visitor


def row_of(visitor: Visitor, name: str, table: str = "People on the roster") -> Locator:
    page = visitor.page
    rows = page.get_by_role("table", name=table).get_by_role("row")
    return rows.filter(has=page.get_by_role("rowheader").filter(has_text=name))


def stranger(visitor: Visitor, name: str) -> Locator:
    return row_of(visitor, name, "Seen, but not on the roster")


def test_whom_an_organizer_links_is_counted_remembered_and_can_be_taken_back(
    visitor: Visitor, school: School
) -> None:
    page = visitor.page
    visitor.open(school.path("calculated"))
    assert "Absent: tried to connect" in row_of(visitor, "Omar").inner_text()
    lina = stranger(visitor, "Lina")
    lina.get_by_text("This is …").click()
    lina.get_by_label("Who was it?").select_option("Omar Nasser")
    lina.get_by_role("button", name="Link").click()

    said = page.get_by_role("status").first.inner_text()
    assert "also for future sessions." in said
    assert "Present: 48 of 60 minutes" in row_of(visitor, "Omar").inner_text()
    assert not stranger(visitor, "Lina").count()

    visitor.open(school.path("ended"))
    page.get_by_role("button", name="Calculate now").click()
    assert "Present: 57 of 60 minutes" in row_of(visitor, "Omar").inner_text()
    assert not stranger(visitor, "Lina").count()

    row_of(visitor, "Omar").get_by_role("button", name="Unlink").click()
    assert "Absent: not seen" in row_of(visitor, "Omar").inner_text()
    assert stranger(visitor, "Lina").is_visible()


def test_a_stranger_is_added_as_walk_in(visitor: Visitor, school: School) -> None:
    visitor.open(school.path("calculated"))
    caller = stranger(visitor, LONG)
    caller.get_by_text("Add as walk-in").click()
    caller.get_by_label("Name").fill("Grandmother")
    caller.get_by_role("button", name="Add", exact=True).click()
    assert "22 of 60 minutes" in row_of(visitor, "Grandmother").inner_text()
    assert not stranger(visitor, LONG).count()
