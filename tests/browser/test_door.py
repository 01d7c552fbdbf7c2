"""The door in a real browser: with the network, without it, and with it again."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, Dialog, Error, Locator, Page, Route, expect

from attendance.models import Attendance, AttendanceChange
from core.names import is_found
from events.models import Participant
from sessions_app.models import LiveSession
from tests.attendance.pages import signed_in
from tests.browser.looking import look_at
from tests.browser.pages import DOOR
from tests.browser.school import School
from tests.browser.visitor import (
    DESK,
    PATIENCE_MS,
    PHONE,
    Visitor,
    Windows,
    visiting,
)
from tests.factories import (
    make_attendance,
    make_event,
    make_participant,
    make_session,
)

CHECK_IN = "**/api/participants/*/check-in"
CUT = "ERR_INTERNET_DISCONNECTED"
# The clocks of this machine, whose zone no browser knows by that name.
UNKNOWN = "localtime"
STORED = "Object.values(localStorage).map(each => JSON.parse(each))"

expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture
def lesson(school: School) -> LiveSession:
    """It began half an hour ago, later than its grace; three people are expected."""
    event = make_event(
        school.organization, starts_at=school.now, time_zone="Asia/Riyadh"
    )
    for name in ("Ana Lima", "Ben Okoro", "أمينة"):
        make_participant(event, name=name)
    return make_session(event, starts_at=school.now - timedelta(minutes=30))


@pytest.fixture
def visitor(
    chromium: Browser, site: str, school: School, lesson: LiveSession
) -> Iterator[Visitor]:
    """Staff with a phone, at the door of the lesson."""
    with visiting(chromium, site, school.organizer, width=PHONE) as visitor:
        visitor.page.context.add_init_script(AXE_SCRIPT)
        visitor.page.clock.install()
        visitor.open(f"/events/{lesson.event_id}/check-in/")
        yield visitor


def cut(visitor: Visitor) -> None:
    visitor.awaited.append(CUT)
    visitor.page.context.set_offline(True)


def restore(visitor: Visitor) -> None:
    visitor.page.context.set_offline(False)


def row(visitor: Visitor, name: str) -> Locator:
    return visitor.page.locator("[data-person]", has_text=name)


def tap(visitor: Visitor, name: str) -> None:
    row(visitor, name).get_by_role("button", name="Check in").click()


def stored(page: Page) -> dict[int, datetime]:
    """The taps that wait in the browser: when, by person."""
    return {
        int(each["person"]): datetime.fromisoformat(each["at"])
        for each in page.evaluate(STORED)
    }


def wait(visitor: Visitor, milliseconds: int = 2_000) -> None:
    """Two taps on one row within two seconds are one."""
    visitor.page.clock.run_for(milliseconds)


def changes(lesson: LiveSession) -> int:
    return AttendanceChange.objects.filter(session=lesson).count()


def arrivals(lesson: LiveSession) -> dict[int, datetime | None]:
    rows = Attendance.objects.filter(session=lesson)
    return {row.participant_id: row.checked_in_at for row in rows}


def said(visitor: Visitor, name: str) -> str:
    return visitor.page.locator(f'[data-count="{name}"]').inner_text()


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


def numbers(visitor: Visitor) -> tuple[str, ...]:
    return tuple(said(visitor, name) for name in ("expected", "inside", "missing"))


def test_two_taps_on_a_row_are_one(visitor: Visitor, lesson: LiveSession) -> None:
    ana = row(visitor, "Ana")
    undo = ana.get_by_role("button", name="Undo")
    visitor.page.clock.pause_at(timezone.now() + timedelta(seconds=2))
    tap(visitor, "Ana")
    expect(ana).to_contain_text("checked in at")
    wait(visitor, 1_900)
    undo.click()
    tap(visitor, "Ben")
    expect(row(visitor, "Ben")).to_contain_text("checked in at")
    expect(ana).to_contain_text("checked in at")
    assert changes(lesson) == 2
    wait(visitor, 100)
    undo.click()
    expect(ana).not_to_contain_text("checked in at")
    tap(visitor, "Ana")
    assert not stored(visitor.page)
    wait(visitor)
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


def test_taps_without_a_network_are_sent_once_with_their_own_times(
    visitor: Visitor, lesson: LiveSession
) -> None:
    cut(visitor)
    before = timezone.now()
    tap(visitor, "Ana")
    tap(visitor, "Ben")
    for name in ("Ana", "Ben"):
        expect(row(visitor, name)).to_contain_text("not sent yet")
    expect(visitor.page.locator("[data-waiting]")).to_contain_text("Not sent yet: 2")
    waiting = stored(visitor.page)
    assert len(waiting) == 2
    assert not visitor.flaws(PHONE, "dark")
    assert changes(lesson) == 0
    between = timezone.now()
    restore(visitor)
    for name in ("Ana", "Ben"):
        expect(row(visitor, name)).to_contain_text("checked in at")
    expect(visitor.page.locator("[data-waiting]")).to_be_hidden()
    assert said(visitor, "inside") == "2"
    assert arrivals(lesson) == waiting
    assert all(before <= at <= between for at in waiting.values())
    assert all(
        decision.check_in_received_at and decision.check_in_received_at >= between
        for decision in Attendance.objects.filter(session=lesson)
    )
    assert changes(lesson) == 2
    assert stored(visitor.page) == {}


def test_a_phone_whose_clock_is_slow_makes_nobody_early_or_late(
    chromium: Browser, site: str, school: School, lesson: LiveSession
) -> None:
    with visiting(chromium, site, school.organizer, width=PHONE) as visitor:
        visitor.page.clock.install(time=timezone.now() - timedelta(minutes=20))
        visitor.open(f"/events/{lesson.event_id}/check-in/")
        # The phone's clock is twenty minutes slow: the server's counts.
        tap(visitor, "Ana")
        expect(row(visitor, "Ana")).to_contain_text("checked in at")
    [at] = arrivals(lesson).values()
    assert at
    assert abs(at - timezone.now()) < timedelta(minutes=2)


def test_an_answer_that_got_lost_counts_once(
    visitor: Visitor, lesson: LiveSession
) -> None:
    heard: list[int] = []

    def lose_the_answer(route: Route) -> None:
        heard.append(route.fetch().status)
        route.abort()

    visitor.awaited.append("ERR_FAILED")
    visitor.page.route(CHECK_IN, lose_the_answer, times=1)
    with visitor.page.expect_response(CHECK_IN) as answer:
        tap(visitor, "Ana")
    expect(row(visitor, "Ana")).to_contain_text("checked in at")
    assert heard == [200]
    assert answer.value.headers["idempotent-replay"] == "true"
    assert changes(lesson) == 1


def test_a_page_loaded_again_warns_first_and_still_sends(
    visitor: Visitor, lesson: LiveSession
) -> None:
    page, asked = visitor.page, []

    def leave(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.on("dialog", leave)
    visitor.awaited.append("ERR_FAILED")
    page.route(CHECK_IN, lambda route: route.abort())
    tap(visitor, "Ana")
    expect(row(visitor, "Ana")).to_contain_text("not sent yet")
    waiting = stored(page)
    page.reload()
    assert asked == ["beforeunload"]
    expect(row(visitor, "Ana")).to_contain_text("not sent yet")
    page.unroute(CHECK_IN)
    expect(row(visitor, "Ana")).to_contain_text("checked in at")
    assert arrivals(lesson) == waiting


def test_a_tap_that_waits_can_be_taken_back(
    visitor: Visitor, lesson: LiveSession
) -> None:
    cut(visitor)
    tap(visitor, "Ana")
    wait(visitor)
    row(visitor, "Ana").get_by_role("button", name="Undo").click()
    expect(row(visitor, "Ana").get_by_role("button", name="Check in")).to_be_visible()
    expect(visitor.page.locator("[data-waiting]")).to_be_hidden()
    restore(visitor)
    tap(visitor, "Ben")
    expect(row(visitor, "Ben")).to_contain_text("checked in at")
    assert changes(lesson) == 1


def test_a_tap_on_the_wrong_person_is_taken_back_where_one_stands(
    visitor: Visitor, lesson: LiveSession
) -> None:
    tap(visitor, "Ana")
    mistake = row(visitor, "Ana").get_by_role("button", name="Undo Ana Lima")
    expect(mistake).to_be_visible()
    cut(visitor)
    wait(visitor)
    mistake.click()
    notice = visitor.page.locator(".door-status .notice:visible")
    expect(notice).to_have_count(1)
    expect(notice).to_contain_text("The check-in of Ana Lima was not undone")
    assert not visitor.flaws(PHONE, "light")
    restore(visitor)
    wait(visitor)
    mistake.click()
    expect(row(visitor, "Ana").get_by_role("button", name="Check in")).to_be_visible()
    expect(notice).to_have_count(0)
    assert said(visitor, "inside") == "0"
    assert changes(lesson) == 2


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


def test_what_is_refused_says_why_and_holds_nothing_up(
    visitor: Visitor, lesson: LiveSession
) -> None:
    cut(visitor)
    tap(visitor, "Ana")
    Participant.objects.filter(event=lesson.event, person__name="Ana Lima").delete()
    tap(visitor, "Ben")
    visitor.awaited.append("404")
    restore(visitor)
    expect(row(visitor, "Ana")).to_contain_text("Not accepted:")
    expect(row(visitor, "Ben")).to_contain_text("checked in at")
    assert not visitor.flaws(DESK, "light")
    wait(visitor)
    row(visitor, "Ana").get_by_role("button", name="Undo").click()
    assert stored(visitor.page) == {}


def test_what_is_refused_stays_until_somebody_has_read_it(
    visitor: Visitor, lesson: LiveSession
) -> None:
    cut(visitor)
    tap(visitor, "Ana")
    Participant.objects.filter(event=lesson.event, person__name="Ana Lima").delete()
    visitor.awaited.append("404")
    restore(visitor)
    expect(row(visitor, "Ana")).to_contain_text("Not accepted:")
    visitor.page.reload()
    said = visitor.page.locator("[data-refused-unseen]")
    expect(said).to_contain_text("Ana Lima")
    said.get_by_role("button", name="Dismiss").click()
    expect(said).to_be_hidden()
    assert stored(visitor.page) == {}


def test_taps_are_never_sent_in_the_name_of_somebody_else(
    visitor: Visitor, lesson: LiveSession, school: School
) -> None:
    cut(visitor)
    tap(visitor, "Ana")
    context = visitor.page.context
    context.clear_cookies()
    cookie = signed_in(school.owner).cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies(
        [{"name": cookie.key, "value": cookie.value, "url": visitor.site}]
    )
    visitor.awaited.append("403")
    restore(visitor)
    expect(visitor.page.locator("[data-signed-out]")).to_be_visible()
    assert not Attendance.objects.filter(session=lesson).exists()
    assert len(stored(visitor.page)) == 1


def test_what_fails_is_tried_again_and_holds_nothing_up(
    visitor: Visitor, lesson: LiveSession
) -> None:
    ana = Participant.objects.get(event=lesson.event, person__name="Ana Lima")
    theirs = f"**/api/participants/{ana.pk}/check-in"
    problem = {"type": "about:blank", "status": 500, "detail": "Server error"}
    visitor.awaited.append("500")
    visitor.page.route(theirs, lambda route: route.fulfill(status=500, json=problem))
    tap(visitor, "Ana")
    tap(visitor, "Ben")
    expect(row(visitor, "Ben")).to_contain_text("checked in at")
    expect(row(visitor, "Ana")).to_contain_text("not sent yet")
    visitor.page.unroute(theirs)
    expect(row(visitor, "Ana")).to_contain_text("checked in at")


def test_who_is_signed_out_meanwhile_signs_in_again_and_loses_nothing(
    visitor: Visitor, lesson: LiveSession, school: School
) -> None:
    context = visitor.page.context
    context.clear_cookies()
    visitor.awaited += ["401", "403"]
    tap(visitor, "Ana")
    expect(visitor.page.locator("[data-signed-out]")).to_be_visible()
    cookie = signed_in(school.organizer).cookies[settings.SESSION_COOKIE_NAME]
    context.add_cookies(
        [{"name": cookie.key, "value": cookie.value, "url": visitor.site}]
    )
    expect(row(visitor, "Ana")).to_contain_text("checked in at")
    expect(visitor.page.locator("[data-signed-out]")).to_be_hidden()
    assert changes(lesson) == 1


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
