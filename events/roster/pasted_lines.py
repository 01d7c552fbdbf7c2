"""Reading people from pasted text, one per line."""

import re
from typing import NamedTuple

from django.core.exceptions import ValidationError
from django.utils.translation import gettext

from core.addresses import cleaned
from core.form_parts import AddressField, NameField

_FIELDS = {"name": NameField(), "email": AddressField()}


class PastedLine(NamedTuple):
    """The name and address in one line; ``number`` counts from 1."""

    number: int
    name: str
    email: str


def read_line(number: int, text: str) -> PastedLine:
    """Read "name, email" or "name <email>"; an address alone is also the name.

    Semicolons and tabs separate like commas, also the Arabic comma and semicolon.
    """
    if written := as_in_mail(text):
        name, email = written
        return PastedLine(number, name or email, email)
    parts = [part.strip() for part in re.split(r"[,;\t\u060c\u061b]", text)]
    while len(parts) > 1 and not cleaned(parts[-1]):
        parts.pop()
    email = cleaned(parts[-1])
    if len(parts) == 1:
        name = email if "@" in email else parts[0]
        return PastedLine(number, name, email if "@" in email else "")
    return PastedLine(number, ", ".join(filter(None, parts[:-1])), email)


def as_in_mail(text: str) -> tuple[str, str] | None:
    """Return name and address from ``"Amina Hadid" <amina@example.com>,``, or None.

    That is how mail programs write it. The text is split at its brackets, because a
    regular expression could take very long for a text with thousands of @.
    """
    name, opened, rest = text.partition("<")
    inside, closed, behind = rest.partition(">")
    email = cleaned(inside)
    is_one = "@" in email and "<" not in email and len(email.split()) == 1
    if not (opened and closed and is_one) or ">" in name:
        return None
    if cleaned(behind.replace(",", " ").replace(";", " ")):
        return None
    return name.strip(' \t"'), email


def faults(line: PastedLine) -> list[str]:
    """Return the messages of what is wrong with a line."""
    messages = []
    if not line.name:
        messages.append(gettext("the name is missing"))
    elif "@" in line.name and line.name != line.email:
        messages.append(gettext("write one person per line"))
    for name, value in (("name", line.name), ("email", line.email)):
        try:
            if value:
                _FIELDS[name].clean(value)
        except ValidationError as error:
            messages += error.messages
    return messages


def at_line(number: int, message: str) -> str:
    """Return a message with the number of its line."""
    return gettext("Line %(number)d: %(message)s") % {
        "number": number,
        "message": message,
    }
