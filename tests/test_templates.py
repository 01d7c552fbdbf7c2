"""What holds for every template, the style sheet and every language's catalogue."""

import ast
import gettext
import re
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.template import engines
from django.utils.formats import get_format
from django.utils.translation.template import templatize

from attendance.rules.statuses import MEANINGS

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
STYLES = sorted((ROOT / "static").rglob("*.css"))
APPS = ["attendance_site", "notifications", "attendance", "sessions_app", "events"]
# All but the one that the texts themselves are in.
LANGUAGES = [code for code, _name in settings.LANGUAGES if code != "en"]
HOW_TO_MEND = (
    "run `manage.py makemessages --all --no-location -i tests`, translate what is new "
    "in each locale/*/LC_MESSAGES/django.po, then run `manage.py compilemessages`"
)
WIDEST = 120
each_template = pytest.mark.parametrize(
    "path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates"))
)


# --- Templates ----------------------------------------------------------------------


@each_template
def test_a_template_compiles(path: Path) -> None:
    engines["django"].from_string(path.read_text())


@each_template
def test_no_line_of_a_template_is_wider_than_a_screen(path: Path) -> None:
    lines = enumerate(path.read_text().splitlines(), start=1)
    assert [number for number, line in lines if len(line) > WIDEST] == []


@each_template
def test_a_template_has_no_inline_style_or_script(path: Path) -> None:
    source = path.read_text()
    # Mails bring their styles along; the policy of pages does not hold for them.
    is_mail = path.name == "mail.html"
    assert is_mail or not re.search(r"\sstyle\s*=|<style", source)
    assert not re.search(r"\son\w+\s*=|javascript:", source)
    for script in re.findall(r"<script[^>]*>", source):
        assert " src=" in script


@each_template
def test_a_template_names_no_address_outside(path: Path) -> None:
    source = path.read_text().replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"(?:https?:)?//[\w.]+", source)


@each_template
def test_every_word_of_a_template_can_be_translated(path: Path) -> None:
    words = path.read_text()
    for silent in (
        r"\{% comment %\}.*?\{% endcomment %\}",
        r"\{% blocktranslate.*?endblocktranslate %\}",
        r"\{% block main_attributes %\}.*?\{% endblock %\}",
        r"\{#.*?#\}|\{%.*?%\}|\{\{.*?\}\}",
    ):
        words = re.sub(silent, " ", words, flags=re.DOTALL)
    for attribute in re.findall(
        r'(?:aria-label|alt|title|placeholder)="([^"]*)"', words
    ):
        assert not attribute.strip()
    left = re.sub(r"<[^>]*>", " ", words).replace("Rollcall", "")
    assert not re.findall(r"[A-Za-z]{2,}", left)


def test_the_style_sheet_has_logical_sides_only_and_nothing_from_outside() -> None:
    assert STYLES
    for path in STYLES:
        css = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.S)
        sides = r"(?:margin|padding|border)-(?:left|right|top|bottom)|(?<![\w-])"
        assert not re.search(rf"(?:{sides}(?:left|right))\s*:", css)
        assert not re.search(r":\s*(?:left|right)\s*[;}]", css)
        assert not re.search(r"url\(|@import|https?:", css)
        assert css.count("{") == css.count("}")


def contrast(one: str, other: str) -> float:
    """WCAG's ratio of two ``#rrggbb``."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [
            p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts
        ]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    bright, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


TEXT_COLOURS = [
    "ink",
    "ink-soft",
    "accent",
    *MEANINGS,
]


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("name", TEXT_COLOURS)
def test_every_colour_of_text_can_be_read_on_every_ground(
    name: str, scheme: int
) -> None:
    css = (ROOT / "static/rollcall.css").read_text()
    pairs = re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", css)
    colours = {key: (light, dark)[scheme] for key, light, dark in pairs}
    for ground in ("card", "paper"):
        assert contrast(colours[name], colours[ground]) >= 4.5
    assert contrast(colours["on-accent"], colours["accent"]) >= 4.5


# --- Languages ----------------------------------------------------------------------

each_language = pytest.mark.parametrize("language", LANGUAGES)

Key = tuple[str, str]
"""Context (empty without one) and text."""

CALLS: dict[str, tuple[int | None, int]] = {
    "gettext": (None, 0),
    "gettext_lazy": (None, 0),
    "_": (None, 0),
    "ngettext": (None, 0),
    "ngettext_lazy": (None, 0),
    "pgettext": (0, 1),
    "pgettext_lazy": (0, 1),
    "npgettext": (0, 1),
}
CALL_IN_TEMPLATE = re.compile(
    r"\b(n?p?gettext|_)\(\s*(u?'(?:[^'\\]|\\.)*'|u?\"(?:[^\"\\]|\\.)*\")"
    r"(?:\s*,\s*(u?'(?:[^'\\]|\\.)*'|u?\"(?:[^\"\\]|\\.)*\"))?"
)


def texts_of_code(path: Path) -> Iterator[Key]:
    for node in ast.walk(ast.parse(path.read_text())):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        if node.func.id not in CALLS:
            continue
        context, text = CALLS[node.func.id]
        words = [str(getattr(argument, "value", "")) for argument in node.args]
        if words[text]:
            yield "" if context is None else words[context], words[text]


def texts_of_template(path: Path) -> Iterator[Key]:
    code = templatize(path.read_text(), origin=str(path))
    for name, first, second in CALL_IN_TEMPLATE.findall(code):
        if "p" in name.replace("_", "")[:2]:
            yield ast.literal_eval(first), ast.literal_eval(second)
        else:
            yield "", ast.literal_eval(first)


def source_texts() -> set[Key]:
    """All texts that somebody may have to read in their language."""
    found: set[Key] = set()
    for app in APPS:
        for path in (ROOT / app).rglob("*.py"):
            if "migrations" not in path.parts:
                found.update(texts_of_code(path))
    for path in TEMPLATES:
        found.update(texts_of_template(path))
    return found


class Entry(dict[str, str]):
    """One entry of the catalogue: ``msgid``, ``msgstr[0]`` and so on to their text."""

    fuzzy = False

    @property
    def key(self) -> Key:
        return self.get("msgctxt", ""), self["msgid"]

    @property
    def translations(self) -> list[str]:
        return [text for name, text in self.items() if name.startswith("msgstr")]


def catalogue(language: str, ending: str) -> Path:
    return ROOT / "locale" / language / "LC_MESSAGES" / f"django.{ending}"


@cache
def entries_of(language: str) -> list[Entry]:
    """Read the .po file without any tool; its header left out."""
    entries: list[Entry] = []
    for block in catalogue(language, "po").read_text().split("\n\n"):
        entry, name = Entry(), ""
        for line in block.splitlines():
            if line.startswith("#,") and "fuzzy" in line:
                entry.fuzzy = True
            if line.startswith("#"):
                continue
            if not line.startswith('"'):
                name, line = line.split(" ", 1)
                entry[name] = ""
            entry[name] += ast.literal_eval(line)
        if entry.get("msgid"):
            entries.append(entry)
    return entries


def test_the_catalogues_are_those_of_the_languages_that_are_offered() -> None:
    assert {path.name for path in (ROOT / "locale").iterdir()} == set(LANGUAGES)


@each_language
def test_every_text_has_its_place_in_the_catalogue(language: str) -> None:
    known = {entry.key for entry in entries_of(language)}
    assert source_texts() - known == set(), HOW_TO_MEND


@each_language
def test_nothing_in_the_catalogue_is_empty_or_a_guess(language: str) -> None:
    assert len(entries_of(language)) > 300
    empty = [
        entry.key
        for entry in entries_of(language)
        if entry.fuzzy or not all(text.strip() for text in entry.translations)
    ]
    assert empty == [], HOW_TO_MEND


PLURAL_FORMS = re.compile(r"Plural-Forms: nplurals=(\d+); plural=(.+);")
# Of any language one of these has each of its forms.
NUMBERS = (*range(200), 1_000_000)


def numbers_of_forms(language: str) -> list[int]:
    """A number for each plural form of the language, in their order."""
    header = catalogue(language, "po").read_text().replace('"\n"', "")
    found = PLURAL_FORMS.search(header)
    assert found
    form_of = gettext.c2py(found[2])
    forms = [form_of(number) for number in NUMBERS]
    return [NUMBERS[forms.index(form)] for form in range(int(found[1]))]


@each_language
def test_plural_forms_are_all_that_the_language_has(language: str) -> None:
    plural = [entry for entry in entries_of(language) if "msgid_plural" in entry]
    assert plural
    forms = len(numbers_of_forms(language))
    assert {len(entry.translations) for entry in plural} == {forms}


def test_arabic_has_six_plural_forms() -> None:
    assert numbers_of_forms("ar") == [0, 1, 2, 3, 11, 100]


PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


@each_language
def test_no_translation_asks_for_a_value_that_it_does_not_get(language: str) -> None:
    for entry in entries_of(language):
        source = entry["msgid"] + entry.get("msgid_plural", "")
        given = set(PLACEHOLDER.findall(source))
        many = len(entry.translations) > 1
        for text in entry.translations:
            asked = set(PLACEHOLDER.findall(text))
            # "one" and "two" are words in Arabic: their forms need no number.
            assert asked <= given if many else asked == given, entry.key


@each_language
def test_no_translation_has_digits_that_the_source_writes_otherwise(
    language: str,
) -> None:
    digits = re.compile("[\u0660-\u0669\u06f0-\u06f9]")
    assert not digits.search(catalogue(language, "po").read_text())


@each_language
def test_the_compiled_catalogue_is_that_of_the_readable_one(language: str) -> None:
    with catalogue(language, "mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for entry in entries_of(language):
        context, text = entry.key
        key = f"{context}\x04{text}" if context else text
        if "msgid_plural" in entry:
            found = [
                compiled.ngettext(key, entry["msgid_plural"], number)
                if not context
                else compiled.npgettext(context, text, entry["msgid_plural"], number)
                for number in numbers_of_forms(language)
            ]
        elif context:
            found = [compiled.pgettext(context, text)]
        else:
            found = [compiled.gettext(text)]
        assert found == entry.translations, HOW_TO_MEND


@each_language
@pytest.mark.parametrize("name", ["DATE_FORMAT", "TIME_FORMAT", "DATETIME_FORMAT"])
def test_dates_and_times_are_not_written_as_in_english(
    language: str, name: str
) -> None:
    own = get_format(name, language, use_l10n=True)
    english = import_module("django.conf.locale.en.formats")
    assert own != getattr(english, name), (
        f"write attendance_site/formats/{language}/formats.py"
    )
