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
    assert visitor.page.locator("input[readonly]").count() > 1
    assert visitor.flaws(PHONE, "light") + visitor.flaws(DESK, "dark") == []


def test_an_owner_invites_a_colleague_who_signs_up_and_is_a_member(
    chromium: Browser, site: str, school: School
) -> None:
    path = f"/organizations/{school.organization.pk}/members/"
    with visiting(chromium, site, school.owner, javascript=False) as visitor:
        visitor.open(path)
        visitor.page.get_by_label("Email or user name").fill("colleague@example.com")
        visitor.page.get_by_label("Role").select_option("organizer")
        visitor.page.get_by_role("button", name="Invite", exact=True).click()
        url = visitor.page.get_by_label("colleague@example.com").input_value()
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
