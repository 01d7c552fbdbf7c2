"""Reading a roster file: from bytes to cells by column and line number. Pure.

The first row names the columns, in any order, separated by commas, semicolons or tabs.
Columns that may change what the others say are refused, others that are not ours told.
Rows that stand for nobody are left out: those without visible text, and totals.
The file is UTF-8, with or without a byte order mark, or UTF-16 with one, as Excel
writes it.
"""

import csv
import io
import re
from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _

from core.body_limits import ROSTER_FILE_BYTES
from core.errors import Invalid
from core.names import searched, visible
from core.validators import without_hidden
from events.roster.headings import COLUMNS, column_called, why_refused
from events.roster.totals import has_letter, is_total

LINES_AT_MOST = 100_000
COLUMNS_AT_MOST = 1000

_SEPARATORS = ",;\t"
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_UTF_32 = (b"\xff\xfe\0\0", b"\0\0\xfe\xff")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_END_OF_LINE = re.compile(rb"\r\n|\r|\n")
_SHOWN_OF_A_NAME = 60
_READ_OF_A_LINE = 1000

# A cell may be as long as the file, so that a long one is an error of its line only.
csv.field_size_limit(ROSTER_FILE_BYTES)


class Record(NamedTuple):
    """One row: the number of its first line, from 1, and its cells by column.

    ``has_more``: there are more cells than columns, and one of the further is not "".
    ``text`` quotes the row: its cells, shortened, without what hides in them.
    """

    line: int
    cells: dict[str, str]
    has_more: bool
    text: str = ""


class Table(NamedTuple):
    """All rows below the header, and the names of the columns that are not used."""

    records: list[Record]
    unknown_columns: list[str]


def read_table(content: bytes) -> Table:
    """Read a file.

    Raises:
        Invalid: the file cannot be read; the message says why and what would be right.
    """
    text = _decode(content)
    separator = max(_SEPARATORS, key=lambda mark: _columns_found(text, mark))
    rows = _rows(text, separator)
    _line, header = next(rows, (1, []))
    if len(header) > COLUMNS_AT_MOST:
        raise _refused(
            "too_many_columns",
            _("The first row has more than %(number)d columns.")
            % {"number": COLUMNS_AT_MOST},
        )
    columns = _columns(header)
    records: list[Record] = []
    for line, row in rows:
        if len(records) == LINES_AT_MOST:
            raise _refused(
                "too_many_lines",
                _("The file has more than %(number)d rows. Split it.")
                % {"number": LINES_AT_MOST},
            )
        cells = {name: row[at] for name, at in columns.items() if at < len(row)}
        if _is_somebody(cells):
            has_more = any(row[len(header) :])
            records.append(Record(line, cells, has_more, quoted(", ".join(row))))
    if not records:
        raise _refused("no_lines", _("There is nobody below the first row."))
    unknown = [
        shortened(name.strip())
        for at, name in enumerate(header)
        if name.strip() and at not in columns.values()
    ]
    return Table(records, unknown)


def _is_somebody(cells: dict[str, str]) -> bool:
    """Return whether a row is not one of totals: a word for it, and numbers alone."""
    others = (cell for name, cell in cells.items() if name != "name")
    return any(map(has_letter, others)) or not is_total(cells.get("name", ""))


def quoted(text: str) -> str:
    """Return a line as a message may quote it: short, and without what hides in it."""
    return shortened(
        without_hidden(" ".join(text[:_READ_OF_A_LINE].split())).rstrip(",; ")
    )


def shortened(text: str) -> str:
    """Return a text cut to what a message may quote of it."""
    if len(text) <= _SHOWN_OF_A_NAME:
        return text
    return f"{text[:_SHOWN_OF_A_NAME]}…"


def _refused(code: str, message: str) -> Invalid:
    return Invalid(code, message, field="file")


def _decode(content: bytes) -> str:
    if content.startswith(_WORKBOOKS):
        raise _refused(
            "workbook",
            _("This is a spreadsheet file. Save it as “CSV UTF-8” and upload that."),
        )
    is_utf_16 = content.startswith(_UTF_16) and not content.startswith(_UTF_32)
    try:
        text = content.decode("utf-16" if is_utf_16 else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = sum(1 for _end in _END_OF_LINE.finditer(content, 0, error.start)) + 1
        raise _refused(
            "encoding",
            _("Row %(line)d is not UTF-8. Save the file as “CSV UTF-8”.")
            % {"line": line},
        ) from None
    if "\0" in text[:2]:
        raise _refused("encoding", _("This is not UTF-8. Save it as “CSV UTF-8”."))
    if not text.strip():
        raise _refused("empty", _("The file is empty."))
    return text


def _rows(text: str, separator: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the number of each row's first line, from 1, and the row's cells.

    Lines end with CR, LF or both; inside quotation marks these belong to a cell.
    """
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    line = 1
    while True:
        try:
            row = next(reader, None)
        except csv.Error:
            raise _refused(
                "quotation_marks",
                _(
                    "From row %(line)d on, the quotation marks do not match: one is "
                    "missing, or one inside a cell is not doubled."
                )
                % {"line": line},
            ) from None
        if row is None:
            return
        if any(visible(cell).strip() for cell in row):
            yield line, row
        line = reader.line_num + 1


def _columns_found(text: str, separator: str) -> tuple[int, int]:
    """Return how many columns a separator gives: first the known ones, then all."""
    try:
        _line, header = next(_rows(text, separator), (1, []))
    except Invalid:
        return 0, 0
    return len(set(map(column_called, header[:COLUMNS_AT_MOST])) - {None}), len(header)


def _columns(header: list[str]) -> dict[str, int]:
    """Return the index of each known column in a row."""
    columns: dict[str, int] = {}
    for at, written in enumerate(header):
        name = column_called(written)
        if name is None:
            if why := why_refused(shortened(written.strip())):
                raise _refused("column_not_understood", why)
        elif name in columns:
            raise _column_twice(name, header[columns[name]], written)
        else:
            columns[name] = at
    if "name" not in columns:
        raise _refused(
            "no_name_column",
            _(
                "The first row must name the columns, and “name” is missing. "
                "Possible columns: %(columns)s."
            )
            % {"columns": ", ".join(COLUMNS)},
        )
    return columns


def _column_twice(name: str, one: str, other: str) -> Invalid:
    if searched(one) == searched(other):
        text = _("There are two columns “%(name)s”.")
    else:
        text = _("The columns “%(one)s” and “%(other)s” both mean %(name)s. Keep one.")
    return _refused(
        "column_twice",
        text % {"name": name, "one": quoted(one), "other": quoted(other)},
    )
