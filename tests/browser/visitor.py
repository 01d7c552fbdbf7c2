"""Somebody who looks at the pages with a real Chromium, and what they notice."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from events.models import User
from tests.attendance.pages import signed_in

PHONE, DESK = 390, 1280
# How high what one touches or clicks must be at least, by width.
TARGETS = {PHONE: 44, DESK: 36}
HEIGHT = 900
PATIENCE_MS = 20_000

SMALL_TARGETS = """least =>
  [...document.querySelectorAll(
    'nav a, form a, .buttons a, .list a, button, input, select, textarea, summary')]
  .filter(each => each.checkVisibility() && each.type !== 'hidden')
  .map(each => ['checkbox', 'radio'].includes(each.type) ? each.labels[0] : each)
  .filter(each => each.getBoundingClientRect().height < least - 0.5)
  .map(each => each.outerHTML.slice(0, 120))
"""
SEND_EMPTY = """() => {
  const form = document.querySelector('main form[method=post]');
  for (const each of form.querySelectorAll('input:not([type=hidden]), textarea'))
    each.value = '';
  form.noValidate = true;
  form.requestSubmit();
}"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
VIOLATIONS = """async () =>
  (await axe.run({reporter: 'no-passes'})).violations.map(each =>
    each.id + ': ' + each.help + '\\n' +
    each.nodes.map(node => '    ' + node.html.slice(0, 200) +
      '\\n    ' + node.failureSummary.replaceAll('\\n', ' ')).join('\\n'))
"""


class Visitor:
    """One browser window, and the errors and foreign addresses that it met."""

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.site = site
        self.trouble: list[str] = []
        page.on("request", self._note_request)
        page.on("console", self._note_console)
        page.on("pageerror", lambda error: self.trouble.append(str(error)))

    def _note_request(self, request: Request) -> None:
        if urlsplit(request.url).netloc != urlsplit(self.site).netloc:
            self.trouble.append(f"asked for {request.url}")

    def _note_console(self, message: ConsoleMessage) -> None:
        # What Chromium itself says of a page that is an error by intent.
        is_of_status = "Failed to load resource" in message.text
        is_of_page = message.location.get("url") == self.page.url
        if message.type in {"error", "warning"} and not (is_of_status and is_of_page):
            self.trouble.append(f"{message.type}: {message.text}")

    def open(self, path: str, status: int = HTTPStatus.OK) -> None:
        answer = self.page.goto(f"{self.site}{path}")
        assert answer is not None
        assert answer.status == status, path

    def send_empty(self) -> None:
        """Send the page's form with nothing in it, which browsers would not."""
        with self.page.expect_navigation():
            self.page.evaluate(SEND_EMPTY)
        assert self.page.locator("main .error-text").first.is_visible()

    def at_width(self, width: int) -> None:
        self.page.set_viewport_size({"width": width, "height": HEIGHT})

    # --- What they notice -------------------------------------------------------------

    def flaws(self, width: int, scheme: str) -> list[str]:
        """What is wrong with the open page at this width in this colour scheme."""
        self.at_width(width)
        self.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        where = f"{width} px, {scheme}"
        found = [f"{where}: {flaw}" for flaw in self._violations()]
        if over := self.page.evaluate(OVERFLOW):
            found.append(f"{where}: {over} px wider than the window")
        small = self.page.evaluate(SMALL_TARGETS, TARGETS[width])
        return found + [f"{where}: under {TARGETS[width]} px high: {s}" for s in small]

    def _violations(self) -> list[str]:
        if not self.page.evaluate("'axe' in window"):
            self.page.evaluate(AXE_SCRIPT)
        return list(self.page.evaluate(VIOLATIONS))


@contextmanager
def visiting(
    chromium: Browser,
    site: str,
    user: User | None = None,
    *,
    language: str = "en",
    width: int = DESK,
    javascript: bool = True,
) -> Iterator[Visitor]:
    """Open a window, signed in as ``user``; nothing may go wrong in it.

    Where the account names no language, the browser asks for ``language``.
    """
    context = chromium.new_context(
        locale=language,
        viewport={"width": width, "height": HEIGHT},
        java_script_enabled=javascript,
    )
    if user:
        cookie = signed_in(user).cookies[settings.SESSION_COOKIE_NAME]
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": site}])
    context.set_default_timeout(PATIENCE_MS)
    visitor = Visitor(context.new_page(), site)
    yield visitor
    context.close()
    assert visitor.trouble == []
