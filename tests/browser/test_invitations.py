"""Invitations: their pages, and the way from a link to a membership."""

import re

import pytest
from playwright.sync_api import Browser

from events.models import Membership, Role
from tests.browser.looking import look_at
from tests.browser.pages import INVITATIONS
from tests.browser.school import School
from tests.browser.visitor import DESK, PHONE, Windows, visiting


@pytest.mark.parametrize("name", INVITATIONS)
def test_a_page_of_invitations_serves_everybody_at_every_width(
    name: str, windows: Windows, school: School
) -> None:
    look_at(INVITATIONS[name], windows, school)


def test_the_links_to_pass_on_serve_everybody(windows: Windows, school: School) -> None:
    visitor = windows.of(school.organizer, "en")
    visitor.open(f"/events/{school.event.pk}/people/invite/")
    visitor.page.locator("button[name=all]").click()
    assert visitor.page.locator(".whole-link").count() > 1
    assert visitor.flaws(PHONE, "light") + visitor.flaws(DESK, "dark") == []


def test_a_link_to_pass_on_is_selected_by_a_click_copied_by_a_button_and_printed(
    windows: Windows, school: School
) -> None:
    visitor = windows.of(school.organizer, "en")
    page = visitor.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    visitor.open(f"/events/{school.event.pk}/people/invite/")
    page.locator("button[name=all]").click()
    link = page.locator(".whole-link").first
    url = link.inner_text()
    link.click()
    assert page.evaluate("getSelection().toString().trim()") == url
    copy = page.locator("[data-copy]").first
    copy.click()
    page.get_by_text("Copied", exact=True).first.wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == url
    page.emulate_media(media="print")
    assert link.is_visible()
    assert not copy.is_visible()
    page.emulate_media(media="screen")


def test_without_a_script_no_button_copies(
    chromium: Browser, site: str, school: School
) -> None:
    with visiting(chromium, site, school.organizer, javascript=False) as visitor:
        visitor.open(f"/events/{school.event.pk}/people/invite/")
        visitor.page.locator("button[name=all]").click()
        assert visitor.page.locator(".whole-link").first.is_visible()
        assert not visitor.page.locator("[data-copy]").first.is_visible()


def test_an_owner_invites_a_colleague_who_signs_up_and_is_a_member(
    chromium: Browser, site: str, school: School
) -> None:
    path = f"/organizations/{school.organization.pk}/members/"
    with visiting(chromium, site, school.owner, javascript=False) as visitor:
        visitor.open(path)
        visitor.page.get_by_label("Email or user name").fill("colleague@example.com")
        visitor.page.get_by_label("Role").select_option("organizer")
        visitor.page.get_by_role("button", name="Invite", exact=True).click()
        url = visitor.page.locator(".whole-link").inner_text()
    link = re.sub(r"^https?://[^/]+", "", url)
    with visiting(chromium, site, javascript=False) as visitor:
        page = visitor.page
        visitor.open(link)
        page.get_by_role("button", name="Make an account").click()
        assert page.get_by_label("Email").input_value() == "colleague@example.com"
        page.get_by_label("Your name").fill("Huda")
        page.get_by_label("Password").fill("a long enough secret")
        page.get_by_role("button", name="Make the account").click()
        page.get_by_role("button", name="Accept with this account").click()
        assert page.get_by_role("status").filter(has_text="Al-Noor").is_visible()
    member = Membership.objects.get(user__first_name="Huda")
    assert (member.organization, member.role) == (school.organization, Role.ORGANIZER)
