"""Taps at the door without the network, and with it again."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Browser, Dialog, Route, expect

from attendance.models import Attendance
from events.models import Participant
from sessions_app.models import LiveSession
from tests.attendance.pages import signed_in
from tests.browser.door.at_the_door import (
    CHECK_IN,
    arrivals,
    changes,
    cut,
    restore,
    row,
    said,
    stored,
    tap,
    wait,
)
from tests.browser.school import School
from tests.browser.visitor import DESK, PHONE, Visitor, visiting


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
