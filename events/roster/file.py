"""A roster as a file: bytes in, cells with the numbers of their lines out. Pure.

The first line names the columns, in any order; commas, semicolons or tabs stand between
them. UTF-8, with or without a byte order mark, or UTF-16 with one, as Excel writes it.
"""

import csv
import io
import re
from collections.abc import Iterator
from typing import NamedTuple

from django.utils.translation import gettext as _

from core.body_limits import ROSTER_FILE_BYTES
from core.errors import Invalid

LINES_AT_MOST = 100_000
COLUMNS_AT_MOST = 1000
COLUMNS = ("name", "email", "role", "registration", "time_zone", "language")

_ALSO_CALLED = {"e_mail": "email", "timezone": "time_zone"}
_SEPARATORS = ",;\t"
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_UTF_32 = (b"\xff\xfe\0\0", b"\0\0\xfe\xff")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_END_OF_LINE = re.compile(rb"\r\n|\r|\n")
_SHOWN_OF_A_NAME = 60

# A cell may be as long as a file: that it is too long is said of its own line.
csv.field_size_limit(ROSTER_FILE_BYTES)


class Record(NamedTuple):
    """What one line says: its number, from 1, and its cells by column.

    ``has_more``: it has more cells than there are columns.
    """

    line: int
    cells: dict[str, str]
    has_more: bool


class Table(NamedTuple):
    """All lines behind the header, and the columns that nobody here knows."""

    records: list[Record]
    unknown_columns: list[str]


def read_table(content: bytes) -> Table:
    """Take a file apart; lines without any text are left out.

    Raises:
        Invalid: it is no such file; the message says why and what would be right.
    """
    text = _decode(content)
    separator = max(_SEPARATORS, key=lambda one: _known_in(text, one))
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
        records.append(Record(line, cells, any(row[len(header) :])))
    if not records:
        raise _refused("no_lines", _("There is nobody below the first row."))
    unknown = [
        shortened(name.strip())
        for at, name in enumerate(header)
        if name.strip() and at not in columns.values()
    ]
    return Table(records, unknown)


def shortened(text: str) -> str:
    """Return at most so much of a text as a message may repeat."""
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
    """Yield the number of the line on which a row begins, and its cells.

    Ends of lines are CR, LF or both; inside of quotation marks they belong to a cell.
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
        if any(cell.strip() for cell in row):
            yield line, row
        line = reader.line_num + 1


def _known_in(text: str, separator: str) -> tuple[int, int]:
    """Return how many columns a separator finds, those known first."""
    try:
        _line, header = next(_rows(text, separator), (1, []))
    except Invalid:
        return 0, 0
    return len(set(map(_column, header)) & set(COLUMNS)), len(header)


def _column(name: str) -> str:
    written = re.sub(r"[\W_]+", "_", name.strip().casefold()).strip("_")
    return _ALSO_CALLED.get(written, written)


def _columns(header: list[str]) -> dict[str, int]:
    """Return where the columns stand that are known."""
    columns: dict[str, int] = {}
    for at, written in enumerate(header):
        name = _column(written)
        if name in columns:
            raise _refused(
                "column_twice", _("There are two columns “%(name)s”.") % {"name": name}
            )
        if name in COLUMNS:
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
