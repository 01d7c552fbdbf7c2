"""A lesson, and staff at its door."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, expect

from sessions_app.models import LiveSession
from tests.browser.school import School
from tests.browser.visitor import (
    PATIENCE_MS,
    PHONE,
    Visitor,
    visiting,
)
from tests.factories import (
    make_event,
    make_participant,
    make_session,
)

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
