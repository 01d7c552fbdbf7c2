"""Looking at a page at both widths, in both directions and both colour schemes."""

from tests.browser.pages import Seen
from tests.browser.school import School
from tests.browser.visitor import DESK, PHONE, Windows

# Each pair of width, scheme and direction occurs.
LOOKS = {
    "en": [(PHONE, "light"), (DESK, "dark")],
    "ar": [(PHONE, "dark"), (DESK, "light")],
}
DIRECTIONS = {"en": "ltr", "ar": "rtl"}


def look_at(page: Seen, windows: Windows, school: School) -> None:
    flaws = []
    for language in LOOKS:
        flaws += [f"{language}: {f}" for f in flaws_of(page, windows, school, language)]
    assert not flaws, "\n".join(flaws)


def flaws_of(page: Seen, windows: Windows, school: School, language: str) -> list[str]:
    visitor = windows.of(page.user(school), language)
    visitor.trouble.clear()
    visitor.open(page.path(school), page.status)
    if page.refused:
        visitor.send_empty()
    if page.opened:
        visitor.open_all()
    html = visitor.page.locator("html")
    assert html.get_attribute("dir") == DIRECTIONS[language]
    flaws = visitor.dead_ends()
    for width, scheme in LOOKS[language]:
        flaws += visitor.flaws(width, scheme)
    return flaws + visitor.trouble
