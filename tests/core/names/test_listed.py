"""Names and other texts listed in a sentence."""

from django.utils import translation

from core.names import listed


def test_each_is_isolated_and_none_is_empty() -> None:
    assert listed(["Ana", "", "بن"]) == "\u2068Ana\u2069, \u2068بن\u2069"
    assert listed([]) == ""


def test_the_comma_is_that_of_the_language() -> None:
    with translation.override("ar"):
        assert listed(["Ana", "Ben"]) == "\u2068Ana\u2069، \u2068Ben\u2069"
