"""Contests and announced absences, as people make and settle them."""

import pytest
from playwright.sync_api import Browser

from attendance.models import AnnouncedAbsence, Attendance, Contest
from events.models import Participant
from events.roster.personal_links import personal_path
from tests.browser.looking import look_at
from tests.browser.said_pages import SAID
from tests.browser.school import School
from tests.browser.visitor import DESK, PHONE, Windows, visiting
from tests.factories import make_attendance, make_participant

each_width = pytest.mark.parametrize("width", [PHONE, DESK])


@pytest.mark.parametrize("name", SAID)
def test_what_people_say_serves_everybody_at_every_width(
    name: str, windows: Windows, school: School
) -> None:
    look_at(SAID[name], windows, school)


def newcomer(school: School, name: str) -> Participant:
    event = school.subjects["said event"]
    return make_participant(event, name=name)  # type: ignore[arg-type]


@each_width
def test_from_contesting_by_a_link_to_reading_how_it_was_settled(
    chromium: Browser, site: str, school: School, width: int
) -> None:
    place = newcomer(school, f"Contests at {width}")
    lesson = school.subjects["said over"]
    decision = make_attendance(place, lesson, status="absent")  # type: ignore[arg-type]
    with visiting(chromium, site, width=width, javascript=False) as visitor:
        page = visitor.page
        visitor.open(personal_path(place))
        page.get_by_role("link", name="Is this wrong?").click()
        page.get_by_label("What is wrong?").fill("I sat in the last row.")
        page.get_by_role("button", name="Send to the organizers").click()
        page.get_by_text("It is not settled yet").wait_for()
    with visiting(
        chromium, site, school.organizer, width=width, javascript=False
    ) as visitor:
        page = visitor.page
        visitor.open("/")
        page.get_by_role("link", name="contested status").click()
        card = page.locator("section.statement-card").filter(has_text=place.name)
        card.locator("summary").click()
        card.get_by_label("Status").select_option("present")
        card.get_by_label("Answer").fill("So you did.")
        card.get_by_role("button", name="Settle").click()
        page.get_by_text("Settled.").wait_for()
        assert not card.count()
    said = Contest.objects.get(attendance=decision)
    assert said.settled_by == school.organizer
    assert Attendance.objects.get(pk=decision.pk).status == "present"
    with visiting(chromium, site, width=width, javascript=False) as visitor:
        page = visitor.page
        visitor.open(personal_path(place))
        page.get_by_text("So you did.", exact=True).wait_for()


@each_width
def test_from_announcing_by_a_link_to_being_excused(
    chromium: Browser, site: str, school: School, width: int
) -> None:
    place = newcomer(school, f"Announces at {width}")
    with visiting(chromium, site, width=width, javascript=False) as visitor:
        page = visitor.page
        visitor.open(personal_path(place))
        page.get_by_role("link", name="I will not be there").click()
        page.get_by_label("All that are still to come").check()
        page.get_by_label("Why?").fill("A broken leg.")
        page.get_by_role("button", name="Tell the organizers").click()
        page.get_by_role("button", name="Withdraw Squares").click()
        page.get_by_text("Not answered yet.").wait_for()
    with visiting(
        chromium, site, school.organizer, width=width, javascript=False
    ) as visitor:
        page = visitor.page
        visitor.open(school.path("said ahead"))
        row = page.get_by_role("row", name=place.name)
        row.get_by_role("button", name="Excuse", exact=False).first.click()
        page.get_by_text("is excused.").wait_for()
        assert "Confirmed by" in row.inner_text()
    announced = AnnouncedAbsence.objects.filter(participant=place)
    assert announced.get(confirmed=True).settled_by == school.organizer
    with visiting(chromium, site, width=width, javascript=False) as visitor:
        page = visitor.page
        visitor.open(f"{personal_path(place)}absence/")
        page.get_by_text("Confirmed.", exact=True).wait_for()
