"""Somebody comes who is not found on the roster, or is on it after all."""

from playwright.sync_api import expect

from events.models import Participant
from sessions_app.models import LiveSession
from tests.browser.door.at_the_door import arrivals, row
from tests.browser.visitor import PHONE, Visitor


def test_whoever_is_not_found_becomes_a_walk_in_by_that_name(
    visitor: Visitor, lesson: LiveSession
) -> None:
    page = visitor.page
    page.get_by_label("Find a person").fill("Walid & Co")
    page.get_by_role("link", name="Add “Walid & Co” as a walk-in").click()
    expect(page.get_by_label("Name", exact=True)).to_have_value("Walid & Co")
    page.get_by_role("button", name="Add and check in").click()
    expect(row(visitor, "Walid & Co")).to_contain_text("checked in at")
    page.get_by_label("Find a person").fill("ana")
    expect(page.locator("[data-add]")).to_be_hidden()


def test_a_walk_in_who_is_on_the_roster_is_checked_in_where_that_is_told(
    visitor: Visitor, lesson: LiveSession
) -> None:
    page = visitor.page
    ben = Participant.objects.get(event=lesson.event, person__name="Ben Okoro")
    page.get_by_role("link", name="Add a walk-in").click()
    page.get_by_label("Name", exact=True).fill("Ben Okoro")
    page.get_by_label("Email").fill(ben.email)
    page.get_by_role("button", name="Add and check in").click()
    expect(page.get_by_role("button", name="Check in Ben Okoro")).to_be_visible()
    assert not visitor.flaws(PHONE, "light")
    page.get_by_role("button", name="Check in Ben Okoro").click()
    expect(row(visitor, "Ben")).to_contain_text("checked in at")
    assert list(arrivals(lesson)) == [ben.pk]
