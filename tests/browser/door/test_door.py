"""The door in a real browser."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Error, expect

from core.names import is_found
from events.models import Participant
from sessions_app.models import LiveSession
from tests.browser.door.at_the_door import (
    UNKNOWN,
    changes,
    cut,
    numbers,
    restore,
    row,
    said,
    stored,
    tap,
    wait,
)
from tests.browser.looking import look_at
from tests.browser.pages import DOOR
from tests.browser.school import School
from tests.browser.visitor import (
    PHONE,
    Visitor,
    Windows,
    visiting,
)
from tests.factories import (
    make_attendance,
    make_event,
    make_participant,
)


@pytest.mark.parametrize("name", DOOR)
def test_the_door_serves_everybody_at_every_width(
    name: str, windows: Windows, school: School
) -> None:
    look_at(DOOR[name], windows, school)


def test_a_tap_says_at_once_that_somebody_is_inside(
    visitor: Visitor, lesson: LiveSession
) -> None:
    visitor.page.evaluate("window.stayed = true")
    row(visitor, "Ana").get_by_role("button", name="Check in").dblclick()
    expect(row(visitor, "Ana")).to_contain_text("checked in at")
    assert visitor.page.evaluate("window.stayed")
    assert (said(visitor, "inside"), said(visitor, "missing")) == ("1", "2")
    assert changes(lesson) == 1


def test_two_taps_on_a_row_are_one(visitor: Visitor, lesson: LiveSession) -> None:
    ana = row(visitor, "Ana")
    undo = ana.get_by_role("button", name="Undo")
    visitor.page.clock.pause_at(timezone.now() + timedelta(seconds=2))
    tap(visitor, "Ana")
    expect(ana).to_contain_text("checked in at")
    expect(ana).to_contain_text("· late")
    told = "Two taps this close count as one."
    wait(visitor, 1_900)
    expect(ana).not_to_contain_text(told)
    undo.click()
    expect(ana).to_contain_text(told)
    tap(visitor, "Ben")
    expect(row(visitor, "Ben")).to_contain_text("checked in at")
    expect(ana).to_contain_text("checked in at")
    assert changes(lesson) == 2
    wait(visitor, 100)
    undo.click()
    expect(ana).not_to_contain_text("checked in at")
    tap(visitor, "Ana")
    assert not stored(visitor.page)
    expect(ana).to_contain_text(told)
    wait(visitor, 5_000)
    expect(ana).not_to_contain_text(told)
    tap(visitor, "Ana")
    expect(ana).to_contain_text("checked in at")
    assert changes(lesson) == 4


def test_two_taps_on_a_row_are_one_without_a_network(
    visitor: Visitor, lesson: LiveSession
) -> None:
    # No other row comes under the finger either.
    cut(visitor)
    visitor.page.clock.pause_at(timezone.now() + timedelta(seconds=2))
    ben = row(visitor, "Ben")
    ben.get_by_role("button").dblclick()
    expect(ben).to_contain_text("not sent yet")
    person = Participant.objects.get(event=lesson.event, person__name="Ben Okoro")
    assert list(stored(visitor.page)) == [person.pk]
    wait(visitor)
    ben.get_by_role("button", name="Undo").dblclick()
    expect(ben).not_to_contain_text("not sent yet")
    assert not stored(visitor.page)


def test_counters_count_taps_that_wait(visitor: Visitor, lesson: LiveSession) -> None:
    ben = Participant.objects.get(event=lesson.event, person__name="Ben Okoro")
    make_attendance(ben, lesson, status="excused", source="manual")
    make_participant(lesson.event, name="Olga", role="host")
    make_participant(lesson.event, name="Wim", registration="waitlisted")
    visitor.page.reload()
    assert (*numbers(visitor), said(visitor, "excused")) == ("3", "0", "2", "1")
    cut(visitor)
    tap(visitor, "Ana")
    assert numbers(visitor) == ("3", "1", "1")
    tap(visitor, "Ben")
    assert (*numbers(visitor), said(visitor, "excused")) == ("3", "2", "1", "0")
    tap(visitor, "Olga")
    assert numbers(visitor) == ("3", "2", "1")
    tap(visitor, "Wim")
    assert numbers(visitor) == ("4", "3", "1")
    wait(visitor)
    row(visitor, "Wim").get_by_role("button", name="Undo").click()
    assert numbers(visitor) == ("3", "2", "1")
    Participant.objects.filter(event=lesson.event, person__name="Ana Lima").delete()
    visitor.awaited.append("404")
    restore(visitor)
    expect(row(visitor, "Ana")).to_contain_text("Not accepted:")
    expect(row(visitor, "Olga")).to_contain_text("checked in at")
    assert numbers(visitor) == ("3", "1", "2")


def test_a_page_that_is_open_overnight_asks_before_the_next_tap(
    visitor: Visitor, lesson: LiveSession
) -> None:
    page = visitor.page
    cut(visitor)
    page.clock.pause_at(timezone.now() + timedelta(days=2))
    question = page.locator("[data-not-today]")
    expect(question).to_be_hidden()
    tap(visitor, "Ana")
    expect(question).to_contain_text("not today")
    assert not stored(page)
    page.clock.resume()
    assert not visitor.flaws(PHONE, "light")
    question.get_by_role("button").click()
    expect(question).to_be_hidden()
    wait(visitor)
    tap(visitor, "Ana")
    assert len(stored(page)) == 1


def test_zones_that_the_browser_does_not_know_break_nothing(
    chromium: Browser, site: str, school: School
) -> None:
    event = make_event(school.organization, starts_at=school.now, time_zone=UNKNOWN)
    make_participant(event, name="Ana Lima")
    with visiting(chromium, site, school.organizer, width=PHONE) as visitor:
        visitor.open(f"/events/{event.pk}/check-in/")
        with pytest.raises(Error, match="Invalid time zone"):
            visitor.page.evaluate(
                "timeZone => Intl.DateTimeFormat('en', {timeZone})", UNKNOWN
            )
        before = timezone.now()
        tap(visitor, "Ana")
        expect(row(visitor, "Ana")).to_contain_text("checked in at")
        ana, times = row(visitor, "Ana").inner_text(), (before, timezone.now())
    clocks = ZoneInfo(UNKNOWN)
    assert any(f"at {time.astimezone(clocks):%H:%M}" in ana for time in times)


def test_names_are_found_while_one_types(visitor: Visitor, lesson: LiveSession) -> None:
    others = [
        "Łukasz Strauß",
        "Søren O\u2019Neil",
        "ΝΙΚΟΣ",
        "İpek I\u015f\u0131k",
        "مُصطفى",
    ]
    for name in others:
        make_participant(lesson.event, name=name)
    everybody = sorted(["Ana Lima", "Ben Okoro", "أمينة", *others])
    visitor.page.reload()
    cut(visitor)
    for typed, found in {
        "LIMA an": ["Ana Lima"],
        "امينه": ["أمينة"],
        "li'ma": ["Ana Lima"],
        "zzz": [],
        "lukasz STRAUSS": ["Łukasz Strauß"],
        "łUkasz strauß": ["Łukasz Strauß"],
        "soren oneil": ["Søren O\u2019Neil"],
        "Νίκος": ["ΝΙΚΟΣ"],
        "IPEK isik": ["İpek I\u015f\u0131k"],
        "مصطفي": ["مُصطفى"],
        "": everybody,
    }.items():
        # The server finds the same.
        assert [each for each in everybody if is_found(each, typed)] == found
        visitor.page.get_by_label("Find a person").fill(typed)
        shown = visitor.page.locator("[data-person]:visible strong")
        expect(shown).to_have_text(found)
    restore(visitor)


def test_what_colleagues_do_is_seen_after_a_while(
    chromium: Browser, site: str, school: School, lesson: LiveSession
) -> None:
    path = f"/events/{lesson.event_id}/check-in/"
    with (
        visiting(chromium, site, school.organizer) as one,
        visiting(chromium, site, school.owner) as other,
    ):
        one.page.clock.install()
        one.open(path)
        other.open(path)
        tap(other, "Ben")
        expect(row(other, "Ben")).to_contain_text("checked in at")
        one.page.clock.fast_forward(31_000)
        expect(row(one, "Ben")).to_contain_text("checked in at")
        assert said(one, "inside") == "1"


def test_the_screen_fetches_the_next_code_and_says_if_it_cannot(
    chromium: Browser, site: str, school: School, lesson: LiveSession
) -> None:
    path = f"/events/{lesson.event_id}/check-in/screen/"
    with visiting(chromium, site, school.organizer) as visitor:
        visitor.page.clock.install()
        visitor.open(path)
        with visitor.page.expect_response(f"**{path}"):
            visitor.page.clock.fast_forward(31_000)
        expect(visitor.page.locator(".big-code")).to_be_visible()
        cut(visitor)
        visitor.page.clock.fast_forward(31_000)
        expect(visitor.page.locator("[data-stale]")).to_be_visible()
        restore(visitor)
        visitor.page.clock.fast_forward(4_000)
        expect(visitor.page.locator("[data-stale]")).to_be_hidden()


def test_without_javascript_each_person_is_a_button(
    chromium: Browser, site: str, school: School, lesson: LiveSession
) -> None:
    with visiting(
        chromium, site, school.organizer, width=PHONE, javascript=False
    ) as visitor:
        visitor.open(f"/events/{lesson.event_id}/check-in/")
        visitor.page.get_by_label("Find a person").fill("ben")
        visitor.page.get_by_role("button", name="Find").click()
        tap(visitor, "Ben")
        assert "checked in at" in row(visitor, "Ben").inner_text()
        assert visitor.page.locator("[data-person]").count() == 1
    assert changes(lesson) == 1
