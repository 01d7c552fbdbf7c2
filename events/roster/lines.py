"""Validating one line of a roster file. Pure.

Source: docs/rules.md 78, 80, 108.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple, TypeVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from core.addresses import cleaned
from core.names import visible
from core.validators import known_time_zone, must_hide_nothing
from events.models import ParticipantRole, Registration
from events.roster import dates
from events.roster.file import Record, shortened

T = TypeVar("T")

NAME_LENGTH, EMAIL_LENGTH, EXTERNAL_ID_LENGTH = 200, 254, 64

# Of the invisible characters those that change nothing that people see. In names
# joiners, U+200E and U+200F stay, because scripts need them.
_INVISIBLE = str.maketrans(dict.fromkeys("\u00ad\u200b\u2060\ufeff"))
_REPLACEMENT_CHARACTER = "\ufffd"


class Fault(NamedTuple):
    """An error of a line: the column that is wrong, or "line", and the message."""

    field: str
    detail: str


class Entry(NamedTuple):
    """The values of a line; empty cells and missing columns are "", or None for times.

    The person belongs to the event from ``enrolled_from`` on, and no longer at
    ``enrolled_until``; both are in UTC.
    """

    line: int
    name: str
    email: str = ""
    external_id: str = ""
    role: str = ""
    registration: str = ""
    time_zone: str = ""
    language: str = ""
    enrolled_from: datetime | None = None
    enrolled_until: datetime | None = None


def read_line(record: Record, time_zone: str) -> tuple[Entry, list[Fault]]:
    """Return the values of a line and its errors; a value that is wrong is as if empty.

    Args:
        record: The line.
        time_zone: The event's, in which dates are meant.
    """
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

    def value(column: str, read: Callable[[str], T], empty: T) -> T:
        try:
            return read(record.cells.get(column, "").strip())
        except ValueError as wrong:
            faults.append(Fault(column, str(wrong)))
            return empty

    texts = {column: value(column, read, "") for column, read in _READERS.items()}
    since = value("enrolled_from", _time(dates.first_instant, time_zone), None)
    until = value("enrolled_until", _time(dates.end, time_zone), None)
    if since and until and until <= since:
        text = _("The end must be later than the beginning (enrolled_from).")
        faults.append(Fault("enrolled_until", text))
        until = None
    return Entry(
        record.line, **texts, enrolled_from=since, enrolled_until=until
    ), faults


def as_name(text: str) -> str:
    """Return a name in single spaces, without what nobody sees and no script needs."""
    return " ".join(text.translate(_INVISIBLE).split())


def read_name(cell: str) -> str:
    """Return a name as it is stored.

    Raises:
        ValueError: it is no name; the message says why.
    """
    name = as_name(cell)
    _must_fit(name, NAME_LENGTH)
    _must_hide_nothing(name)
    if all(unicodedata.category(letter)[0] in "CZ" for letter in name):
        raise ValueError(_("The name is missing."))
    if _REPLACEMENT_CHARACTER in name:
        raise ValueError(
            _("A letter was lost (%(letter)s) when the file was saved. Type it again.")
            % {"letter": _REPLACEMENT_CHARACTER}
        )
    return name


def read_email(cell: str) -> str:
    """Return an address as it is stored, "" for none.

    Raises:
        ValueError: it is no address; the message quotes it.
    """
    email = cleaned(cell)
    _must_fit(email, EMAIL_LENGTH)
    try:
        if email:
            validate_email(email)
    except ValidationError:
        raise ValueError(
            _("“%(value)s” is not an email address.") % {"value": shortened(email)}
        ) from None
    return email


def read_external_id(cell: str) -> str:
    """Return a student number as it is stored, "" for none.

    Raises:
        ValueError: it is none; the message says why.
    """
    number = " ".join(visible(cell).split())
    _must_fit(number, EXTERNAL_ID_LENGTH)
    _must_hide_nothing(number)
    return number


def _time_zone(cell: str) -> str:
    cell = visible(cell).strip()
    zone = known_time_zone(cell) if cell else ""
    if zone is None:
        raise ValueError(
            _("“%(value)s” is not a time zone. Write a name like Asia/Riyadh or UTC.")
            % {"value": shortened(cell)}
        )
    return zone


def _one_of(*values: str) -> Callable[[str], str]:
    def read(cell: str) -> str:
        cell = visible(cell).strip()
        written = re.sub(r"[\s_-]+", "_", cell.casefold())
        if written and written not in values:
            raise ValueError(
                _("“%(value)s” is not one of: %(values)s.")
                % {"value": shortened(cell), "values": ", ".join(values)}
            )
        return written

    return read


def _time(
    read: Callable[[str, str], datetime], time_zone: str
) -> Callable[[str], datetime | None]:
    def of(cell: str) -> datetime | None:
        cell = visible(cell).strip()
        return read(cell, time_zone) if cell else None

    return of


def _must_fit(text: str, length: int) -> None:
    if len(text) > length:
        raise ValueError(_("At most %(number)d characters.") % {"number": length})


def _must_hide_nothing(text: str) -> None:
    try:
        must_hide_nothing(text)
    except ValidationError as hidden:
        raise ValueError(*hidden.messages) from None


_READERS: Mapping[str, Callable[[str], str]] = {
    "name": read_name,
    "email": read_email,
    "external_id": read_external_id,
    "role": _one_of(*ParticipantRole.values),
    "registration": _one_of(*Registration.values),
    "time_zone": _time_zone,
    "language": _one_of(*dict(settings.LANGUAGES)),
}
