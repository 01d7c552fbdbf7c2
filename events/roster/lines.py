"""What one line of a roster's file says of a person, or what is wrong with it. Pure.

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

# Marks that scripts need (joiners, U+200E, U+200F) stay. These only hide: they change
# nothing that is seen, and make equal names unequal.
_SEEN_BY_NOBODY = str.maketrans(dict.fromkeys("\u00ad\u200b\u2060\ufeff"))
_DAMAGED = "\ufffd"


class Fault(NamedTuple):
    """What is wrong with a line, at one of its columns; "line": with all of it."""

    field: str
    detail: str


class Entry(NamedTuple):
    """A person as a line names them; empty cells and missing columns are ""."""

    line: int
    name: str
    email: str = ""
    role: str = ""
    registration: str = ""
    time_zone: str = ""
    language: str = ""


def read_line(record: Record) -> tuple[Entry, list[Fault]]:
    """Return the person, and what is wrong; a value that is wrong is empty."""
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
    for column, understand in _COLUMNS.items():
        cell = record.cells.get(column, "").translate(_SEEN_BY_NOBODY).strip()
        try:
            values[column] = understand(cell) if cell or column == "name" else ""
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
    if _DAMAGED in name:
        raise ValueError(
            _("A letter was lost (%(letter)s) when the file was saved. Type it again.")
            % {"letter": _DAMAGED}
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
    def understand(cell: str) -> str:
        written = re.sub(r"[\s_-]+", "_", cell.casefold())
        if written not in values:
            raise ValueError(
                _("“%(value)s” is not one of: %(values)s.")
                % {"value": shortened(cell), "values": ", ".join(values)}
            )
        return written

    return understand


def _must_fit(text: str, length: int) -> None:
    if len(text) > length:
        raise ValueError(_("At most %(number)d characters.") % {"number": length})


_COLUMNS: Mapping[str, Callable[[str], str]] = {
    "name": _name,
    "email": _email,
    "role": _one_of(*ParticipantRole.values),
    "registration": _one_of(*Registration.values),
    "time_zone": _time_zone,
    "language": _one_of(*dict(settings.LANGUAGES)),
}
