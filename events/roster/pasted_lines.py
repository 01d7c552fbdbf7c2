"""Reading people from pasted text, one per line. Pure.

Source: docs/rules.md 107, 109.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from django.utils.translation import gettext

from core.addresses import cleaned, folded_address
from core.names import folded, is_invisible, visible
from events.roster.file import quoted
from events.roster.headings import column_called_in_text, why_refused
from events.roster.lines import as_name, read_email, read_external_id, read_name
from events.roster.totals import is_total

# What a line may say, in any order.
_COLUMNS = ("name", "external_id", "email")
# What separates in a line is the first of these that it has: a comma beside tabs or
# semicolons belongs to a name.
_SEPARATORS = tuple(map(re.compile, ("\t", "[;\u061b]", "[,\u060c]")))
_END = " \t,;\u060c\u061b"


class PastedLine(NamedTuple):
    """The person in one line.

    ``number`` counts all lines, from 1; ``text`` quotes the line; ``wrong`` says why it
    cannot be read.
    """

    number: int
    text: str
    name: str = ""
    email: str = ""
    external_id: str = ""
    wrong: str = ""


def read_lines(text: str) -> list[PastedLine]:
    """Return the people; empty lines, totals and a first line of headings are none."""
    written = [
        (number, line)
        for number, line in enumerate(text.splitlines(), 1)
        if visible(line).strip(_END) and not is_total(line)
    ]
    lines = [read_line(number, line) for number, line in written]
    if written and _is_heading(written[0][1]):
        wrong = _wrong_heading(written[0][1])
        lines[:1] = [lines[0]._replace(wrong=wrong)] if wrong else []
    return lines


def read_line(number: int, text: str) -> PastedLine:
    """Read "name, student number, email" or "name <email>"; only the name is required.

    Tabs separate; in a line without any, semicolons; without those, commas, also the
    Arabic ones. The address and the number may stand anywhere. A comma in the name
    stays, as in "Last, First". An address alone is also the name. What stands last,
    after an empty column or a number, is an address, so that a wrong one is told.
    """
    line = _without_end(text)
    written = as_in_mail(line)
    rest, email = written or (line, "")
    is_one_part = _separator(line) is None
    parts = _parts(rest)
    if not email:
        email = next(filter(_is_address, parts), "")
        if not (email or is_one_part):
            email = next(filter(_is_address_without_at, parts), "")
            email = email or _in_place_of_an_address(rest, parts)
        parts = [part for part in parts if part != email]
    numbers = [part for part in parts if _is_number(part)]
    if numbers == parts and not "".join(parts).isdigit():
        numbers = []  # Somebody calls themselves R2D2.
    names = [part for part in parts if part not in numbers]
    return PastedLine(
        number,
        quoted(text),
        (" " if "\t" in rest else ", ").join(names)
        or (email if (written or is_one_part) and not numbers else ""),
        cleaned(email),
        ", ".join(numbers),
    )


def _without_end(text: str) -> str:
    """Return a line without separators behind which nothing is to be seen."""
    end = len(text)
    for at in range(len(text) - 1, -1, -1):
        if text[at] in _END:
            end = at
        elif not is_invisible(text[at]):
            break
    return text[:end]


def _separator(text: str) -> re.Pattern[str] | None:
    return next((mark for mark in _SEPARATORS if mark.search(text)), None)


def _parts(text: str) -> list[str]:
    separator = _separator(text)
    parts = separator.split(text) if separator else [text]
    cleaned_parts = (as_name(part).strip(f'{_END}"') for part in parts)
    return [part for part in cleaned_parts if part]


def _is_address(part: str) -> bool:
    written = part.casefold()
    return any(at in written for at in ("@", "(at)", "[at]"))


def _is_address_without_at(part: str) -> bool:
    """Return whether this is like ben.example.com, and not like Jr. or A. Hadid."""
    before, _dot, last = part.rpartition(".")
    is_plain = part.isascii() and part == part.lower() and " " not in part
    return is_plain and before != "" and last.isalpha() and len(last) > 1


def _in_place_of_an_address(text: str, parts: Sequence[str]) -> str:
    """Return what follows a name and then an empty column, or a number.

    There an address belongs. What follows a name at once may be another name.
    """
    separator = _separator(text)
    columns = separator.split(text.strip(_END)) if separator else []
    has_name = any(not _is_number(part) for part in parts[:-1])
    if len(columns) < 3 or not has_name or _is_number(parts[-1]):
        return ""
    before = columns[-2].strip()
    return parts[-1] if not before or _is_number(before) else ""


def _is_number(part: str) -> bool:
    """Return whether this is like 12345, A-17 or 2026/12."""
    is_one = all(letter.isalnum() or letter in "-_./" for letter in part)
    return is_one and any(letter.isdigit() for letter in part)


def _is_heading(text: str) -> bool:
    parts = _parts(text)
    known = [part for part in parts if column_called_in_text(part) or why_refused(part)]
    return len(known) > 1 or known == parts


def _wrong_heading(text: str) -> str:
    """Return why the lines below a heading would be misread; "" if they are not."""
    for part in _parts(text):
        if column_called_in_text(part) not in _COLUMNS:
            return why_refused(part) or gettext(
                "“%(heading)s” can only be read from a file. Leave that column out, or "
                "add the people from a file."
            ) % {"heading": part}
    return ""


def as_in_mail(text: str) -> tuple[str, str] | None:
    """Return name and address from ``"Amina Hadid" <amina@example.com>,``, or None.

    That is how mail programs write it. The text is split at its brackets, because a
    regular expression could take very long for a text with thousands of @.
    """
    name, opened, rest = text.partition("<")
    inside, closed, behind = rest.partition(">")
    email = inside.strip()
    is_one = "@" in email and "<" not in email and len(email.split()) == 1
    if not (opened and closed and is_one) or ">" in name:
        return None
    if behind.replace(",", " ").replace(";", " ").strip():
        return None
    return name.strip(' \t"'), email


def faults(line: PastedLine) -> list[str]:
    """Return the messages of what is wrong with a line."""
    if line.wrong:
        return [line.wrong]
    has_others = "@" in line.name and cleaned(line.name) != line.email
    if has_others or (not line.email and line.name.count(",") > 1):
        return [gettext("write one person per line")]
    if "," in line.external_id:
        return [gettext("There are two student numbers. Write only one.")]
    messages = []
    for read, value in (
        (read_name, line.name),
        (read_external_id, line.external_id),
        (read_email, line.email),
    ):
        try:
            read(value)
        except ValueError as wrong:
            messages.append(str(wrong))
    return messages


def repeated(lines: Iterable[PastedLine]) -> Iterator[str]:
    """Yield a message for each line that names the same person as an earlier one."""
    firsts: dict[tuple[str, str, str], int] = {}
    for line in lines:
        person = folded(line.name), folded_address(line.email), line.external_id
        first = firsts.setdefault(person, line.number)
        if first != line.number:
            yield same_as(line, first)


def same_as(line: PastedLine, first: int) -> str:
    """Return the message of a line that names the same person as line ``first``."""
    return gettext("Line %(number)d is the same as line %(first)d: “%(text)s”.") % {
        "number": line.number,
        "first": first,
        "text": line.text,
    }


def at_line(line: PastedLine, message: str) -> str:
    """Return a message that names and quotes its line."""
    return gettext("Line %(number)d, “%(text)s”: %(message)s") % {
        "number": line.number,
        "text": line.text,
        "message": message,
    }
