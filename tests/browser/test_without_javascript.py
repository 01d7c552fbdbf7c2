"""What people do, by links and forms alone: JavaScript is switched off."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from tests.browser.school import PASSWORD, School
from tests.browser.visitor import PHONE, Visitor, visiting
from tests.browser.with_accounts import hashed
from tests.factories import make_event, make_participant, make_session

ANA_BEN_CEM = ("Ana", "Ben", "Cem")


@pytest.fixture
def visitor(chromium: Browser, site: str, school: School) -> Iterator[Visitor]:
    """An organizer with a phone."""
    organizer = school.organizer
    with visiting(chromium, site, organizer, width=PHONE, javascript=False) as visitor:
        yield visitor


def test_signing_in_leads_to_a_report_and_out_again(
    chromium: Browser, site: str, school: School
) -> None:
    school.organizer.password = hashed(PASSWORD)
    school.organizer.save(update_fields=["password"])
    with visiting(chromium, site, javascript=False) as visitor:
        page = visitor.page
        visitor.open("/")
        page.get_by_label("User name or email").fill(school.organizer.username)
        page.get_by_label("Password").fill(PASSWORD)
        page.get_by_role("button", name="Sign in").click()
        page.get_by_role("link", name="Quadratic equations").click()
        assert page.get_by_role("heading", level=1).inner_text() == (
            "Quadratic equations"
        )
        row = page.get_by_role("row", name="Maria Lopes")
        assert (
            "Late by 18 min (3 past grace), attended 37 of 60 minutes"
            in row.inner_text()
        )
        page.get_by_role("button", name="Sign out").click()
        assert page.get_by_role("button", name="Sign in").is_visible()


def test_a_wrong_password_is_told_beside_the_form(
    chromium: Browser, site: str, school: School
) -> None:
    with visiting(chromium, site, javascript=False) as visitor:
        page = visitor.page
        visitor.open("/")
        page.get_by_label("User name or email").fill(school.organizer.username)
        page.get_by_label("Password").fill("wrong")
        page.get_by_role("button", name="Sign in").click()
        assert page.get_by_role("alert").is_visible()
        assert page.get_by_label("User name or email").input_value() == (
            school.organizer.username
        )


def test_an_organization_gets_its_event_people_and_session_by_forms_alone(
    chromium: Browser, site: str, school: School
) -> None:
    with visiting(
        chromium, site, school.newcomer, width=PHONE, javascript=False
    ) as visitor:
        page = visitor.page
        visitor.open("/")
        page.get_by_role("navigation", name="Pages").get_by_text("Events").click()
        page.get_by_role("link", name="New organization").click()
        page.get_by_label("Name", exact=True).fill("Evening School")
        page.get_by_label("Time zone").fill("Asia/Riyadh")
        page.get_by_role("button", name="Create organization").click()
        page.get_by_label("Title").fill("Sewing")
        page.get_by_label("Starts").fill("2026-03-02T10:00")
        page.get_by_role("button", name="Create event").click()
        page.get_by_role("link", name="Add several people").click()
        page.get_by_label("People").fill("Ana, ana@example.com\nBen")
        page.get_by_role("button", name="Add all").click()
        page.get_by_role("link", name="New session").click()
        page.get_by_label("Title").fill("Seams")
        page.get_by_role("button", name="Create session").click()
        page.get_by_role("link", name="Seams").first.click()
        assert page.get_by_role("heading", level=1).inner_text() == "Seams"
        assert page.get_by_role("row", name="Ana").is_visible()
        assert page.get_by_role("row", name="Ben").is_visible()


def test_a_session_is_calculated_at_the_press_of_a_button(
    visitor: Visitor, school: School
) -> None:
    page = visitor.page
    visitor.open(school.path("ended"))
    page.get_by_role("button", name="Calculate now").click()
    assert page.get_by_role("status").inner_text().startswith("Calculated:")
    assert page.get_by_role("button", name="Recalculate").is_visible()


def test_the_question_after_a_session_without_anybody_is_answered(
    visitor: Visitor, school: School
) -> None:
    page = visitor.page
    visitor.open(school.path("nobody seen"))
    page.get_by_role("button", name="It was not held: cancel it").click()
    assert "This session was cancelled" in page.locator("main").inner_text()
    page.get_by_role("button", name="Restore").click()
    page.get_by_role(
        "button", name="It was held: count all attendees as absent"
    ).click()
    assert page.get_by_role("status").inner_text() == "6 people count as absent."


def test_people_are_found_by_name_and_by_status(
    visitor: Visitor, school: School
) -> None:
    page = visitor.page
    people = page.get_by_role("table", name="People on the roster").locator("tbody tr")
    visitor.open(school.path("calculated"))
    assert people.count() == 7
    page.get_by_role("navigation", name="Which people").get_by_text("late").click()
    assert "Maria Lopes" in people.first.inner_text()
    page.get_by_label("Find a person").fill("noor")
    page.get_by_role("button", name="Find").click()
    assert page.get_by_text("No results.").is_visible()
    page.get_by_role("link", name="Show everybody (7)").click()
    assert people.count() == 7


@pytest.mark.parametrize("path", ["/sessions/{}/", "/events/{}/attendance/"])
def test_who_was_chosen_stays_chosen_where_the_mark_is_refused(
    visitor: Visitor, school: School, path: str
) -> None:
    page = visitor.page
    event = make_event(school.organization, starts_at=school.now)
    ana, _ben, _cem = (make_participant(event, name=name) for name in ANA_BEN_CEM)
    session = make_session(event, starts_at=school.now)
    about = session if "sessions" in path else None
    mark(
        Place(event, about),
        [Mark(ana, "present")],
        source="admin_override",
        by=school.owner,
        now=school.now,
    )
    visitor.open(path.format(session.pk if about else event.pk))
    boxes = [page.get_by_label(f"Select {name}") for name in ANA_BEN_CEM[:2]]
    bar = page.locator("#several")
    bar.locator("summary").click()
    for box in boxes:
        box.check()
    bar.get_by_label("Mark selected people as").select_option("excused")
    bar.get_by_label("Reason").fill("School trip")
    bar.get_by_role("button", name="Mark").click()
    assert "Nobody was marked." in page.locator("main").inner_text()
    assert page.locator("input[form=several]:checked").count() == 2
    assert all(box.is_checked() for box in boxes)
    assert bar.get_by_label("Mark selected people as").input_value() == "excused"
    assert bar.get_by_label("Reason").input_value() == "School trip"
    boxes[0].uncheck()
    bar.get_by_role("button", name="Mark").click()
    assert page.get_by_role("status").first.inner_text().endswith("is marked: excused.")
    assert page.locator("input[form=several]:checked").count() == 0


def test_those_shown_are_chosen_and_marked_and_it_is_taken_back(
    visitor: Visitor, school: School
) -> None:
    page = visitor.page
    visitor.open(school.path("calculated"))
    page.get_by_role("navigation", name="Which people").get_by_text("partial").click()
    page.get_by_role("link", name="Select all shown (1)").click()
    bar = page.locator("#several")
    bar.get_by_label("Mark selected people as").select_option("excused")
    bar.get_by_label("Reason").fill("Told us before.")
    bar.get_by_role("button", name="Mark").click()
    assert page.get_by_role("status").first.inner_text().endswith("is marked: excused.")
    visitor.open(f"{school.path('calculated')}?status=excused&q=wolf")
    assert "Told us before." in page.locator("main").inner_text()
    page.locator("summary", has_text="Mark…").click()
    page.get_by_role("button", name="Undo").click()
    assert page.get_by_role("status").first.inner_text().endswith("is now: partial.")
