"""What staff do and see at the door, in the browser."""

from datetime import datetime

from playwright.sync_api import Locator, Page

from attendance.models import Attendance, AttendanceChange
from sessions_app.models import LiveSession
from tests.browser.visitor import Visitor

CHECK_IN = "**/api/participants/*/check-in"
CUT = "ERR_INTERNET_DISCONNECTED"
# The clocks of this machine, whose zone no browser knows by that name.
UNKNOWN = "localtime"
STORED = "Object.values(localStorage).map(each => JSON.parse(each))"


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


def numbers(visitor: Visitor) -> tuple[str, ...]:
    return tuple(said(visitor, name) for name in ("expected", "inside", "missing"))
