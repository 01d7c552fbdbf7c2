"""An organization's own pages as people see them, and use them without JavaScript."""

import pytest
from playwright.sync_api import Browser

from attendance.models import AttendancePolicy
from events.models import Role
from tests.browser.looking import look_at
from tests.browser.pages import ORGANIZATIONS
from tests.browser.school import School
from tests.browser.visitor import PHONE, Windows, visiting


@pytest.mark.parametrize("name", ORGANIZATIONS)
def test_a_page_serves_everybody_at_every_width(
    name: str, windows: Windows, school: School
) -> None:
    look_at(ORGANIZATIONS[name], windows, school)


def test_an_owner_sets_the_grace_and_invites_a_colleague_by_links_and_forms_alone(
    chromium: Browser, site: str, school: School
) -> None:
    with visiting(
        chromium, site, school.owner, width=PHONE, javascript=False
    ) as visitor:
        page = visitor.page
        visitor.open("/events/")
        page.get_by_role("link", name="Al-Noor Academy", exact=True).first.click()
        page.get_by_role("link", name="Settings").click()
        page.get_by_role("link", name="Change All sessions").click()
        page.get_by_label("Grace period in minutes").fill("5")
        page.get_by_role("button", name="Save").click()
        assert page.get_by_text("Who comes within 5 minutes of the start").is_visible()
        page.get_by_role("link", name="Back without saving").click()
        page.get_by_role("link", name="Members").click()
        page.get_by_role("link", name="Invite a colleague").click()
        page.get_by_label("Email or user name").fill(school.newcomer.username)
        page.get_by_label("Role").select_option("organizer")
        page.get_by_role("button", name="Invite", exact=True).click()
        assert "they are invited" in page.get_by_role("status").inner_text()
    with visiting(chromium, site, school.newcomer, javascript=False) as visitor:
        visitor.open("/account/invitations/")
        visitor.page.get_by_role("button", name="Accept Al-Noor Academy").click()
    assert AttendancePolicy.objects.get(session=None).grace_minutes == 5
    member = school.organization.memberships.get(user=school.newcomer)
    assert member.role == Role.ORGANIZER
