"""The map with which ``static/names.js`` folds names as ``core.names`` does.

``python -m core.names_in_browsers > static/folding.js`` writes it anew.
"""

import json
import sys
import unicodedata

from core.names import APOSTROPHES, as_plain_letter, is_invisible


def folding_js() -> str:
    """Return the text of ``static/folding.js``."""
    letters = json.dumps(_letters(), indent=2, sort_keys=True)
    return (
        "// Made from core/names.py by `python -m core.names_in_browsers`.\n\n"
        f"export const APOSTROPHES = {json.dumps(APOSTROPHES)};\n\n"
        "// What lower case alone does not say, by the letter in lower case.\n"
        f"export const LETTERS = {letters};\n"
    )


def _letters() -> dict[str, str]:
    return {
        letter.lower(): as_plain_letter(letter)
        for letter in map(chr, range(sys.maxunicode + 1))
        if as_plain_letter(letter) not in (letter.lower(), " ")
        and unicodedata.normalize("NFKD", letter) == letter
        and not is_invisible(letter)
    }


if __name__ == "__main__":
    sys.stdout.write(folding_js())
