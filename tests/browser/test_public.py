"""What people without an account see and do: public events, their own page."""

import re

import pytest
from playwright.sync_api import Browser

from events.models import Event, Participant, Registration
from events.public.claims import Claim, token_of
from tests.browser.looking import look_at
from tests.browser.pages import PUBLIC
from tests.browser.school import School
from tests.browser.visitor import Windows, visiting


@pytest.mark.parametrize("name", PUBLIC)
def test_a_page_serves_everybody_at_every_width(
    name: str, windows: Windows, school: School
) -> None:
    look_at(PUBLIC[name], windows, school)


def test_a_stranger_confirms_and_cancels_without_javascript(
    chromium: Browser, site: str, school: School
) -> None:
    """From pages that tell no address, where browsers send no origin."""
    event = school.subjects["public"]
    assert isinstance(event, Event)
    claim = Claim(event.pk, "Stranger", "stranger@example.com", "", school.now)
    with visiting(chromium, site, javascript=False) as visitor:
        page = visitor.page
        visitor.open(f"/e/confirm/{token_of(claim)}/")
        page.get_by_role("button", name="Confirm").click()
        page.get_by_role("link", name="Cancel my registration").click()
        page.get_by_role("button", name="Cancel my registration").click()
        page.get_by_text("your registration is cancelled").wait_for()
    place = Participant.objects.get(event=event, person__name="Stranger")
    assert place.registration == Registration.CANCELLED


def test_a_visitor_finds_a_public_event_from_the_first_page(
    chromium: Browser, site: str, school: School
) -> None:
    with visiting(chromium, site, javascript=False) as visitor:
        visitor.open("/")
        visitor.page.get_by_role("link", name=re.compile("Repair café Al-Noor")).click()
        visitor.page.get_by_label("Your name").wait_for()
