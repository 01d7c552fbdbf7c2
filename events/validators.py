"""What a language tag and a time zone may be."""

from functools import cache
from zoneinfo import available_timezones

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


@cache
def time_zones() -> frozenset[str]:
    """Return the names of all zones; looking them up on disk takes milliseconds."""
    return frozenset(available_timezones())


@cache
def _by_writing() -> dict[str, str]:
    return {zone.casefold(): zone for zone in time_zones()}


def known_time_zone(written: str) -> str | None:
    """Return the name of a zone, however it is capitalized; None if it is none."""
    return _by_writing().get(written.replace(" ", "_").casefold())


def validate_time_zone(value: str) -> None:
    """Accept the names of the IANA time zone database, as ``Asia/Riyadh``."""
    if value not in time_zones():
        raise ValidationError(
            _("“%(value)s” is no time zone. Write a name like Asia/Riyadh or UTC."),
            code="time_zone",
            params={"value": value},
        )


def validate_language(value: str) -> None:
    """Accept the languages that Rollcall speaks."""
    languages = dict(settings.LANGUAGES)
    if value not in languages:
        raise ValidationError(
            _("“%(value)s” is not one of the languages: %(languages)s."),
            code="language",
            params={"value": value, "languages": ", ".join(languages)},
        )
