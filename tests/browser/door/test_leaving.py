"""The door is not left by accident while there is no network."""

from playwright.sync_api import expect

from sessions_app.models import LiveSession
from tests.browser.door.at_the_door import CHECK_IN, changes, cut, restore, row, tap
from tests.browser.visitor import PHONE, Visitor


def test_without_a_network_no_link_leads_away(
    visitor: Visitor, lesson: LiveSession
) -> None:
    page = visitor.page
    path = f"/events/{lesson.event_id}/check-in/"
    told = page.locator("[data-no-network]")
    expect(told).to_be_hidden()
    cut(visitor)
    page.get_by_role("link", name="Add a walk-in").click()
    expect(told).to_be_visible()
    page.get_by_label("Find a person").fill("ana")
    page.get_by_role("button", name="Find").click()
    assert page.url.endswith(path)
    assert not visitor.flaws(PHONE, "light")
    tap(visitor, "Ana")
    restore(visitor)
    expect(row(visitor, "Ana")).to_contain_text("checked in at")
    expect(told).to_be_hidden()
    page.get_by_role("link", name="Add a walk-in").click()
    page.wait_for_url("**/new/?*")


def test_links_stay_too_while_nothing_that_was_sent_is_heard(
    visitor: Visitor, lesson: LiveSession
) -> None:
    page = visitor.page
    visitor.awaited.append("ERR_FAILED")
    page.route(CHECK_IN, lambda route: route.abort())
    tap(visitor, "Ana")
    expect(row(visitor, "Ana")).to_contain_text("not sent yet")
    page.get_by_role("link", name="Events", exact=True).first.click()
    expect(page.locator("[data-no-network]")).to_be_visible()
    page.unroute(CHECK_IN)
    expect(row(visitor, "Ana")).to_contain_text("checked in at")
    expect(page.locator("[data-no-network]")).to_be_hidden()
    assert changes(lesson) == 1
