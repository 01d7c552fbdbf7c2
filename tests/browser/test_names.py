"""The browser folds and searches names as the server does."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser

from core.names import folded, searched
from tests.browser.visitor import visiting
from tests.core.names.ways_of_writing import BEFORE, CHARACTERS, TEXTS, TROUBLESOME

FOLD = """async ([texts, name]) => {
  const names = await import("/static/names.js");
  return texts.map((text) => [names[name](text)].flat().join(" "));
}"""
InBrowser = Callable[[list[str], str], list[str]]


@pytest.fixture(scope="module")
def in_browser(chromium: Browser, site: str) -> Iterator[InBrowser]:
    """What a function of static/names.js returns for each of some texts."""
    with visiting(chromium, site) as visitor:
        visitor.open("/")
        yield lambda texts, name: visitor.page.evaluate(FOLD, [texts, name])


@pytest.mark.parametrize("before", BEFORE)
def test_every_character_is_folded_as_on_the_server(
    before: str, in_browser: InBrowser
) -> None:
    texts = [before + letter for letter in CHARACTERS]
    differ = [
        (text, there, folded(text))
        for text, there in zip(texts, in_browser(texts, "folded"), strict=True)
        if there != folded(text)
    ]
    assert differ == []


def test_names_are_folded_and_searched_as_on_the_server(in_browser: InBrowser) -> None:
    assert in_browser(TEXTS, "folded") == [folded(text) for text in TEXTS]
    assert in_browser(TEXTS, "searched") == [searched(text) for text in TEXTS]


@given(
    st.lists(
        st.one_of(
            st.text(TROUBLESOME),
            st.text(st.sampled_from(CHARACTERS)),
            st.lists(st.sampled_from(TEXTS)).map("".join),
        ),
        min_size=20,
    )
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_text_is_folded_and_searched_as_on_the_server(
    in_browser: InBrowser, texts: list[str]
) -> None:
    assert in_browser(texts, "folded") == [folded(text) for text in texts]
    assert in_browser(texts, "searched") == [searched(text) for text in texts]
