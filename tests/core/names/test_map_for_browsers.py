"""The browser's map of letters is that of this code."""

from pathlib import Path

from core.names_in_browsers import folding_js

FOLDING_JS = Path(__file__).resolve().parents[3] / "static/folding.js"


def test_the_map_of_letters_is_made_from_this_code() -> None:
    assert FOLDING_JS.read_text(encoding="utf-8") == folding_js(), (
        "Write it anew: python -m core.names_in_browsers > static/folding.js"
    )
