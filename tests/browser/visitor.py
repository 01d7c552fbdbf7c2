"""Somebody who looks at the pages with a real Chromium, and what they notice."""

from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from time import time
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from django.conf import settings
from django.urls import Resolver404, resolve
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from attendance_site.errors import UnknownApiPath
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
# One line is 44 px high on phones, and a short word narrower than that.
SQUEEZED_BUTTONS = """() => [...document.querySelectorAll('.button')]
  .filter(each => each.checkVisibility() && each.offsetHeight > 60)
  .filter(each => each.offsetHeight > each.offsetWidth)
  .filter(each => each.textContent.trim().length > 2)
  .map(each => each.outerHTML.slice(0, 120))
"""
SEND_EMPTY = """() => {
  const form = document.querySelector('main form[method=post]');
  for (const each of form.querySelectorAll('input:not([type=hidden]), textarea'))
    each.value = '';
  form.noValidate = true;
  form.requestSubmit();
}"""
OPEN_ALL = """() => {
  for (const each of document.querySelectorAll('details')) {
    each.removeAttribute('name');
    each.open = true;
  }
}"""
ADDRESSES = """
  [...document.querySelectorAll('a[href], form')]
  .map(each => new URL(each.getAttribute('href') ?? each.getAttribute('action') ?? '',
                       location))
  .filter(url => url.origin === location.origin)
  .map(url => url.pathname)
"""
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
VIOLATIONS = """async () =>
  (await axe.run({reporter: 'no-passes'})).violations.map(each =>
    each.id + ': ' + each.help + '\\n' +
    each.nodes.map(node => '    ' + node.html.slice(0, 200) +
      '\\n    ' + node.failureSummary.replaceAll('\\n', ' ')).join('\\n'))
"""


def is_dead(path: str) -> bool:
    try:
        found = resolve(path)
    except Resolver404:
        return True
    return getattr(found.func, "view_class", None) is UnknownApiPath


class Visitor:
    """One browser window, and the errors and foreign addresses that it met."""

    def __init__(self, page: Page, site: str) -> None:
        self.page = page
        self.site = site
        self.trouble: list[str] = []
        # Parts of what the console says of requests that fail by intent.
        self.awaited: list[str] = []
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
        is_awaited = any(part in message.text for part in self.awaited)
        is_by_intent = is_of_status and (is_of_page or is_awaited)
        if message.type in {"error", "warning"} and not is_by_intent:
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

    def open_all(self) -> None:
        """Open all that can be opened, also what else opens by turns."""
        self.page.evaluate(OPEN_ALL)

    def at_width(self, width: int) -> None:
        self.page.set_viewport_size({"width": width, "height": HEIGHT})

    # --- What they notice -------------------------------------------------------------

    def dead_ends(self) -> list[str]:
        """What the open page leads to that does not exist."""
        paths = set(self.page.evaluate(ADDRESSES))
        return [f"leads to {path}, which is nowhere" for path in paths if is_dead(path)]

    def flaws(self, width: int, scheme: str) -> list[str]:
        """What is wrong with the open page at this width in this colour scheme."""
        self.at_width(width)
        self.page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        where = f"{width} px, {scheme}"
        found = [f"{where}: {flaw}" for flaw in self.page.evaluate(VIOLATIONS)]
        if over := self.page.evaluate(OVERFLOW):
            found.append(f"{where}: {over} px wider than the window")
        found += [
            f"{where}: higher than wide: {button}"
            for button in self.page.evaluate(SQUEEZED_BUTTONS)
        ]
        small = self.page.evaluate(SMALL_TARGETS, TARGETS[width])
        return found + [f"{where}: under {TARGETS[width]} px high: {s}" for s in small]


def open_window(
    chromium: Browser,
    site: str,
    user: User | None = None,
    *,
    language: str = "en",
    width: int = DESK,
    javascript: bool = True,
) -> Visitor:
    """Open a window, signed in as ``user``.

    Where the account names no language, the browser asks for ``language``.
    """
    context = chromium.new_context(
        locale=language,
        viewport={"width": width, "height": HEIGHT},
        java_script_enabled=javascript,
    )
    context.set_default_timeout(PATIENCE_MS)
    if user:
        cookie = _signed_in_safely(user)
        context.add_cookies([{"name": cookie.key, "value": cookie.value, "url": site}])
    return Visitor(context.new_page(), site)


def _signed_in_safely(user: User) -> Any:
    """A session whose password was just asked for, as long as tests take."""
    client = signed_in(user)
    session = client.session
    session["account_authentication_methods_user"] = str(user.pk)
    session["account_authentication_methods"] = [
        {"method": method, "reauthenticated": True, "at": time() + 3600}
        for method in ("password", "mfa")
    ]
    session.save()
    return client.cookies[settings.SESSION_COOKIE_NAME]


@contextmanager
def visiting(
    chromium: Browser, site: str, user: User | None = None, **how: Any
) -> Iterator[Visitor]:
    """Open a window for a while; nothing may go wrong in it."""
    visitor = open_window(chromium, site, user, **how)
    yield visitor
    visitor.page.context.close()
    assert visitor.trouble == []


class Windows:
    """Windows that stay open, each for one person and one language."""

    def __init__(self, chromium: Browser, site: str) -> None:
        self._chromium = chromium
        self._site = site
        self._open: dict[tuple[User | None, str], Visitor] = {}

    def of(self, user: User | None, language: str) -> Visitor:
        if (user, language) not in self._open:
            visitor = open_window(self._chromium, self._site, user, language=language)
            # Ready in each page, without being sent there again.
            visitor.page.context.add_init_script(AXE_SCRIPT)
            self._open[user, language] = visitor
        return self._open[user, language]

    def close(self) -> None:
        for visitor in self._open.values():
            visitor.page.context.close()
