"""Validators of names, languages and time zones.

Source: docs/rules.md 80, 122.
"""

import re
from functools import cache
from importlib.resources import files

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.addresses import is_plain

# Overrides and isolates: people do not type them, and they make a name look like
# another. Joiners and marks that scripts need (U+200C to U+200F) are allowed.
_TURNS_TEXT = re.compile("[\u202a-\u202e\u2066-\u2069]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\ufff9-\ufffb]")


def validate_name(value: str) -> None:
    """Refuse a name or title with hidden characters.

    NUL is ignored here: Django's and DRF's fields refuse it.
    """
    must_hide_nothing(value.replace("\0", ""))


def must_hide_nothing(value: str) -> None:
    """Refuse characters that change the text's direction, and control characters.

    Raises:
        ValidationError: there is one, also NUL; the message names it.
    """
    if found := _TURNS_TEXT.search(value):
        raise ValidationError(
            _(
                "A hidden character (%(code)s) changes the direction of the "
                "text. Delete it, or type everything again."
            ),
            code="turns_text",
            params={"code": _code(found[0])},
        )
    if found := _CONTROL.search(value):
        raise ValidationError(
            _(
                "A control character (%(code)s) is hidden in this text. Delete "
                "it, or type everything again."
            ),
            code="control_character",
            params={"code": _code(found[0])},
        )


def validate_plain_address(value: str) -> None:
    """Refuse an address that counts as another mailbox's when folded."""
    if not is_plain(value):
        raise ValidationError(
            _("Type this address anew, in plain small letters."), code="not_plain"
        )


def without_hidden(name: str) -> str:
    """Return a name from outside, without what :func:`validate_name` refuses."""
    return _CONTROL.sub("", _TURNS_TEXT.sub("", name))


def _code(letter: str) -> str:
    return f"U+{ord(letter):04X}"


# What IANA's list has for clocks that nobody has set; no place keeps it.
_NO_ZONE = {"Factory"}


@cache
def time_zones() -> frozenset[str]:
    """Return the names of all zones that IANA publishes.

    Those of the machine have more, such as "localtime", which means another zone on
    each machine.
    """
    names = files("tzdata").joinpath("zones").read_text().split()
    return frozenset(names) - _NO_ZONE


@cache
def _zones_by_folded_name() -> dict[str, str]:
    return {zone.casefold(): zone for zone in time_zones()}


def known_time_zone(written: str) -> str | None:
    """Return the proper name of a zone written in any case; None if there is none."""
    return _zones_by_folded_name().get(written.replace(" ", "_").casefold())


def validate_time_zone(value: str) -> None:
    """Accept only names of the IANA time zone database, such as ``Asia/Riyadh``."""
    if value not in time_zones():
        raise ValidationError(
            _("“%(value)s” is not a time zone. Write a name like Asia/Riyadh or UTC."),
            code="time_zone",
            params={"value": value},
        )


def validate_language(value: str) -> None:
    """Accept only the languages of ``settings.LANGUAGES``."""
    languages = dict(settings.LANGUAGES)
    if value not in languages:
        raise ValidationError(
            _("“%(value)s” is not one of the languages: %(languages)s."),
            code="language",
            params={"value": value, "languages": ", ".join(languages)},
        )
