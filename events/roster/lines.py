"""Validating one line of a roster file. Pure.

Source: docs/rules.md 78, 80.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from typing import NamedTuple

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from core.validators import known_time_zone, must_hide_nothing
from events.models import ParticipantRole, Registration
from events.roster.file import Record, shortened

NAME_LENGTH, EMAIL_LENGTH = 200, 254

# Invisible characters that change nothing that people see, but make equal names differ.
# Joiners, U+200E and U+200F stay, because scripts need them.
_INVISIBLE = str.maketrans(dict.fromkeys("\u00ad\u200b\u2060\ufeff"))
_REPLACEMENT_CHARACTER = "\ufffd"


class Fault(NamedTuple):
    """An error of a line: the column that is wrong, or "line", and the message."""

    field: str
    detail: str


class Entry(NamedTuple):
    """The values of a line; empty cells and missing columns are ""."""

    line: int
    name: str
    email: str = ""
    role: str = ""
    registration: str = ""
    time_zone: str = ""
    language: str = ""


def read_line(record: Record) -> tuple[Entry, list[Fault]]:
    """Return the values of a line and its errors; a value that is wrong is ""."""
    values: dict[str, str] = {}
    faults = []
    if record.has_more:
        faults.append(
            Fault(
                "line",
                _(
                    "There are more cells than columns. A name with a comma in it "
                    "needs quotation marks."
                ),
            )
        )
    for column, read in _READERS.items():
        cell = record.cells.get(column, "").translate(_INVISIBLE).strip()
        try:
            values[column] = read(cell) if cell or column == "name" else ""
        except ValueError as wrong:
            values[column] = ""
            faults.append(Fault(column, str(wrong)))
    return Entry(record.line, **values), faults


def _name(cell: str) -> str:
    name = " ".join(cell.split())
    _must_fit(name, NAME_LENGTH)
    try:
        must_hide_nothing(name)
    except ValidationError as hidden:
        raise ValueError(*hidden.messages) from None
    if all(unicodedata.category(letter)[0] in "CZ" for letter in name):
        raise ValueError(_("The name is missing."))
    if _REPLACEMENT_CHARACTER in name:
        raise ValueError(
            _("A letter was lost (%(letter)s) when the file was saved. Type it again.")
            % {"letter": _REPLACEMENT_CHARACTER}
        )
    return name


def _email(cell: str) -> str:
    _must_fit(cell, EMAIL_LENGTH)
    try:
        validate_email(cell)
    except ValidationError:
        raise ValueError(
            _("“%(value)s” is not an email address.") % {"value": shortened(cell)}
        ) from None
    return cell


def _time_zone(cell: str) -> str:
    zone = known_time_zone(cell)
    if zone is None:
        raise ValueError(
            _("“%(value)s” is not a time zone. Write a name like Asia/Riyadh or UTC.")
            % {"value": shortened(cell)}
        )
    return zone


def _one_of(*values: str) -> Callable[[str], str]:
    def read(cell: str) -> str:
        written = re.sub(r"[\s_-]+", "_", cell.casefold())
        if written not in values:
            raise ValueError(
                _("“%(value)s” is not one of: %(values)s.")
                % {"value": shortened(cell), "values": ", ".join(values)}
            )
        return written

    return read


def _must_fit(text: str, length: int) -> None:
    if len(text) > length:
        raise ValueError(_("At most %(number)d characters.") % {"number": length})


_READERS: Mapping[str, Callable[[str], str]] = {
    "name": _name,
    "email": _email,
    "role": _one_of(*ParticipantRole.values),
    "registration": _one_of(*Registration.values),
    "time_zone": _time_zone,
    "language": _one_of(*dict(settings.LANGUAGES)),
}
