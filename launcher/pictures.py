"""``python -m launcher.pictures``: take the README's pictures in a browser.

launcher/commands.py runs it in the environment's Python while an instance with the
demonstration runs.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal, NamedTuple

from playwright.sync_api import Browser, FloatRect, Page, sync_playwright

from launcher import browser
from launcher.console import Stopwatch, step
from launcher.instance import PROJECT

# The height to cut at: just below the last row that the window shows completely.
LAST_END = """height => Math.max(
  ...[...document.querySelectorAll('main tr, main .legend')]
    .map(row => Math.ceil(row.getBoundingClientRect().bottom))
    .filter(end => end <= height - 12)) + 12"""
DIRECTORY = PROJECT / "docs" / "pictures"


class Picture(NamedTuple):
    """A picture of a session's report, with the size of its window."""

    name: str
    session: str
    width: int
    height: int
    language: str = "en"
    scheme: Literal["light", "dark"] = "light"


PICTURES = (
    Picture("report-desk", "Quadratic equations", 1280, 1050),
    Picture("report-phone", "Quadratic equations", 390, 1050),
    Picture("report-in-person", "Calligraphy", 1280, 1050),
    Picture("report-rtl-dark", "سورة", 1280, 900, "ar", "dark"),
)


def main() -> None:
    """Take all pictures."""
    DIRECTORY.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=browser.find(), args=browser.options()
        )
        for picture in PICTURES:
            watch = Stopwatch()
            path = DIRECTORY / f"{picture.name}.png"
            with _signed_in(chromium, picture) as page:
                _open_report(page, picture.session)
                page.screenshot(path=path, clip=_whole_rows(page, picture))
            step(picture.name, f"{path.stat().st_size // 1024} KB", watch)
        chromium.close()


def _open_report(page: Page, session: str) -> None:
    """Open the newest calculated session with this title, or of an event with it."""
    decided = page.locator(".status")
    page.locator(".list a").filter(has_text=session, has=decided).first.click()


def _whole_rows(page: Page, picture: Picture) -> FloatRect:
    """Return the part of the window that has only complete rows."""
    height = page.evaluate(LAST_END, picture.height)
    return {"x": 0, "y": 0, "width": picture.width, "height": height}


@contextmanager
def _signed_in(chromium: Browser, picture: Picture) -> Iterator[Page]:
    context = chromium.new_context(
        viewport={"width": picture.width, "height": picture.height},
        locale=picture.language,
        color_scheme=picture.scheme,
    )
    page = context.new_page()
    page.goto(os.environ["PUBLIC_URL"])
    sign_in = Path(os.environ["ROLLCALL_DATA_DIR"]) / "sign-in.txt"
    name, password = sign_in.read_text().split()
    page.locator("input[name=login]").fill(name)
    page.locator("input[name=password]").fill(password)
    page.locator("main button").click()
    yield page
    context.close()


if __name__ == "__main__":
    main()
