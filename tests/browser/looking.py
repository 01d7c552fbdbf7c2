"""Looking at a page in every language, at both widths and in both colour schemes."""

from django.conf import settings
from django.utils.translation import get_language_info

from tests.browser.school import School
from tests.browser.seen import Seen
from tests.browser.visitor import DESK, PHONE, Windows

# Each pair of width, scheme and direction occurs.
PAIRS = [[(PHONE, "light"), (DESK, "dark")], [(PHONE, "dark"), (DESK, "light")]]
LOOKS = {
    language: PAIRS[number % 2]
    for number, (language, _name) in enumerate(settings.LANGUAGES)
}


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
    is_from_right = get_language_info(language)["bidi"]
    assert html.get_attribute("dir") == ("rtl" if is_from_right else "ltr")
    flaws = visitor.dead_ends()
    for width, scheme in LOOKS[language]:
        flaws += visitor.flaws(width, scheme)
    return flaws + visitor.trouble
