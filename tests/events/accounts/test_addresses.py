"""Addresses on pages."""

import pytest

from events.templatetags.addresses import breakable


@pytest.mark.parametrize(
    ("email", "html"),
    [
        ("joana.reis@x.pt", "joana<wbr>.reis<wbr>@x<wbr>.pt"),
        ('"<b>"@x', "&quot;&lt;b&gt;&quot;<wbr>@x"),
        ("", ""),
    ],
)
def test_an_address_breaks_before_its_dots_and_at_sign(email: str, html: str) -> None:
    assert breakable(email) == html
