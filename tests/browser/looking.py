"""Looking at a page at both widths, in both directions and both colour schemes."""

from playwright.sync_api import Browser

from tests.browser.pages import Seen
from tests.browser.school import School
from tests.browser.visitor import DESK, PHONE, visiting

# Each pair of width, scheme and direction occurs.
LOOKS = {
    "en": [(PHONE, "light"), (DESK, "dark")],
    "ar": [(PHONE, "dark"), (DESK, "light")],
}
DIRECTIONS = {"en": "ltr", "ar": "rtl"}


def look_at(page: Seen, chromium: Browser, site: str, school: School) -> None:
    flaws = []
    for language, looks in LOOKS.items():
        user = page.user(school)
        with visiting(chromium, site, user, language=language) as visitor:
            visitor.open(page.path(school), page.status)
            if page.refused:
                visitor.send_empty()
            direction = visitor.page.locator("html").get_attribute("dir")
            assert direction == DIRECTIONS[language]
            for width, scheme in looks:
                flaws += [f"{language}, {f}" for f in visitor.flaws(width, scheme)]
    assert not flaws, "\n".join(flaws)
