"""From a mail to an answer: on a phone, by keyboard, and without a script."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.core import mail
from django.core.mail import EmailMultiAlternatives
from playwright.sync_api import Browser, Page
from pytest_django import Settings

from attendance.models import Attendance, Feedback, OwnAnswer
from core.mails import send
from events.models import Participant
from events.people.mailboxes import mail_language
from notifications.models import AttendancePrompt, PromptOptOut
from notifications.prompts.asking import Question
from notifications.prompts.links import new_token
from notifications.prompts.mails import prompt_mail
from tests.browser.looking import look_at
from tests.browser.pages import PROMPTS
from tests.browser.school import School
from tests.browser.visitor import (
    OVERFLOW,
    PHONE,
    VIOLATIONS,
    Visitor,
    Windows,
    visiting,
)
from tests.events.public.registrations import html_of
from tests.factories import make_event, make_participant

LONG = "Wolfeschlegelsteinhausenbergerdorffwelchevoralternwarengewissenhaftschafers"


@pytest.fixture
def visitor(chromium: Browser, site: str, school: School) -> Iterator[Visitor]:
    """Somebody with a phone, without a script."""
    with visiting(chromium, site, width=PHONE, javascript=False) as visitor:
        yield visitor


@pytest.fixture
def place(school: School) -> Participant:
    """Somebody who is asked about an event that is just over."""
    other = school.subjects["new, asked"]
    assert isinstance(other, Participant)
    event = make_event(
        other.event.organization,
        title="Async Django",
        starts_at=other.event.starts_at,
        ends_at=other.event.ends_at,
    )
    place = make_participant(event, name="Amal")
    AttendancePrompt.objects.create(
        organization=event.organization, participant=place, due_at=school.now
    )
    return place


def mailed(place: Participant, site: str, settings: Settings) -> EmailMultiAlternatives:
    """The mail that they got, with links to the site of the tests."""
    settings.PUBLIC_URL = site
    token = new_token(place)
    token.row.save()
    mail.outbox.clear()
    send(
        lambda: prompt_mail(place, Question.WHETHER, token.secret),
        to=place.email,
        language=mail_language(place),
    )
    [message] = mail.outbox
    assert isinstance(message, EmailMultiAlternatives)
    return message


@pytest.mark.parametrize("name", PROMPTS)
def test_a_page_serves_everybody_at_every_width(
    name: str, windows: Windows, school: School
) -> None:
    look_at(PROMPTS[name], windows, school)


def test_from_the_mail_to_an_answer_and_another_one(
    visitor: Visitor, place: Participant, site: str, settings: Settings
) -> None:
    page = visitor.page
    page.set_content(html_of(mailed(place, site, settings)))
    page.get_by_role("link", name="4 stars").click()
    assert page.get_by_label("Yes, I was there").is_checked()
    assert page.get_by_label("4 stars").is_checked()
    page.get_by_label("Anything the organizers").fill("More tea, please.")
    assert not OwnAnswer.objects.filter(participant=place).exists()
    page.get_by_role("button", name="Save my answer").click()
    page.get_by_text("Your answer is saved: you were there.").wait_for()
    assert Attendance.objects.get(participant=place).status == "present"
    assert Feedback.objects.get(participant=place).text == "More tea, please."
    page.locator("label", has_text="No, I was not").click()
    assert page.get_by_label("4 stars").is_hidden()
    page.get_by_role("button", name="Save my answer").click()
    page.get_by_text("Your answer is saved: you were not there.").wait_for()
    assert Attendance.objects.get(participant=place).status == "absent"


def test_what_is_folded_away_works_too(
    visitor: Visitor, place: Participant, site: str, settings: Settings
) -> None:
    page = visitor.page
    page.set_content(html_of(mailed(place, site, settings)))
    page.get_by_role("link", name="Yes, I was there").click()
    page.get_by_text("Who can see this?").click()
    page.get_by_label("Show it on my profile").uncheck()
    page.get_by_role("button", name="Save only this").click()
    page.wait_for_load_state()
    place.refresh_from_db()
    assert not place.show_on_profile
    page.get_by_text("Not now: ask me again").click()
    page.get_by_role("button", name="Ask me again then").click()
    page.get_by_text("You will be asked once more").wait_for()
    page.get_by_text("No more mails like this").click()
    page.get_by_role("button", name=re.compile("Stop those of Berlin")).click()
    page.get_by_text("asks this address no more").wait_for()
    assert PromptOptOut.objects.filter(folded_email=place.email).exists()
    page.get_by_role("button", name=re.compile("Let Berlin")).click()
    page.get_by_role("button", name="Stop these mails").wait_for()
    assert not PromptOptOut.objects.filter(folded_email=place.email).exists()
    assert not OwnAnswer.objects.filter(participant=place).exists()


def test_one_step_starts_an_account(
    visitor: Visitor, place: Participant, site: str, settings: Settings
) -> None:
    page = visitor.page
    page.set_content(html_of(mailed(place, site, settings)))
    page.get_by_role("link", name="Yes, I was there").click()
    page.get_by_role("button", name="Start an account").click()
    page.get_by_role("button", name="Make an account").click()
    assert page.get_by_label("Email").input_value() == place.email


@pytest.mark.parametrize(("language", "onwards"), [("en", "Right"), ("ar", "Left")])
def test_it_is_answered_by_keyboard_in_the_direction_of_reading(
    language: str,
    onwards: str,
    place: Participant,
    chromium: Browser,
    site: str,
    settings: Settings,
) -> None:
    with visiting(chromium, site, width=PHONE, language=language) as visitor:
        page = visitor.page
        page.set_content(html_of(mailed(place, site, settings)))
        page.locator("a[href*='answer=yes']").click()
        page.locator("input[value=yes]").focus()
        page.keyboard.press("Tab")
        # From "no stars", which stands last, on to the first.
        for _time in range(5):
            page.keyboard.press(f"Arrow{onwards}")
        assert focused(page) == "5"
        page.keyboard.press("Enter")
        page.get_by_role("status").wait_for()
    assert Feedback.objects.get(participant=place).rating == 5
    assert OwnAnswer.objects.get(participant=place).attended


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.value"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "ar"])
def test_the_mail_can_be_read_at_the_width_of_a_phone(
    language: str,
    scheme: str,
    place: Participant,
    chromium: Browser,
    site: str,
    settings: Settings,
) -> None:
    place.person.language, place.person.name = language, LONG
    with visiting(chromium, site, width=PHONE) as visitor:
        page = visitor.page
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.set_content(html_of(mailed(place, site, settings)))
        assert page.locator("html").get_attribute("dir") == (
            "rtl" if language == "ar" else "ltr"
        )
        page.add_script_tag(content=AXE_SCRIPT)
        assert page.evaluate(VIOLATIONS) == []
        assert page.evaluate(OVERFLOW) == 0
        for choice in page.locator("td.choice a").all():
            box = choice.bounding_box()
            assert box
            assert box["height"] >= 44
