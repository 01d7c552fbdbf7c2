"""Browsers in words."""

import pytest

from events.accounts.browsers import in_words

START = "Mozilla/5.0 "
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (
            f"{START}(X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0",
            "Firefox on Linux",
        ),
        (
            f"{START}(X11; Linux x86_64) {WEBKIT} Chrome/126.0.0.0 Safari/537.36",
            "Chrome on Linux",
        ),
        (
            f"{START}(Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/126.0.0.0 "
            "Safari/537.36 Edg/126.0.0.0",
            "Edge on Windows",
        ),
        (
            f"{START}(Linux; Android 14; SM-S901B) {WEBKIT} SamsungBrowser/25.0 "
            "Chrome/121.0.0.0 Mobile Safari/537.36",
            "Samsung Internet on Android",
        ),
        (
            f"{START}(iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 "
            "(KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1",
            "Safari on iPhone",
        ),
        (
            f"{START}(Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, "
            "like Gecko) Version/17.5 Safari/605.1.15",
            "Safari on macOS",
        ),
        ("curl/8.5.0", "curl/8.5.0"),
        ("x" * 200, "x" * 40 + "…"),
        ("", ""),
    ],
)
def test_browser_and_system_are_named_else_the_beginning_stands(
    sent: str, words: str
) -> None:
    assert in_words(sent) == words
