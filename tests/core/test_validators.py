"""What names and titles may have in them."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from core.validators import (
    known_time_zone,
    time_zones,
    validate_name,
    validate_time_zone,
    without_hidden,
)

OVERRIDES_AND_ISOLATES = "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"


@pytest.mark.parametrize("letter", OVERRIDES_AND_ISOLATES)
def test_what_turns_the_direction_of_text_is_refused_and_named(letter: str) -> None:
    with pytest.raises(ValidationError, match=f"U\\+{ord(letter):04X}") as refused:
        validate_name(f"Ana {letter}gpj.exe")
    assert "changes the direction" in refused.value.messages[0]


@pytest.mark.parametrize("letter", "\t\n\r\x1b\x7f\x85\x9b\ufff9")
def test_control_characters_are_refused_and_named(letter: str) -> None:
    with pytest.raises(ValidationError, match=f"U\\+{ord(letter):04X}"):
        validate_name(f"Ana{letter}")


@pytest.mark.parametrize(
    "name",
    [
        "Renée O'Brien-Łukasz, Jr. (7b) 🎓",
        "نور عزيز",
        "گل\u200cبرگ",
        "ක්\u200dෂ",
        "Ana \u200fنور\u200e (b)",
        "",
    ],
)
def test_what_people_and_scripts_need_stays_allowed(name: str) -> None:
    validate_name(name)
    assert without_hidden(name) == name


def test_a_name_can_be_had_without_what_it_hides() -> None:
    assert without_hidden(f"A{OVERRIDES_AND_ISOLATES}n\0\x9ba") == "Ana"


@pytest.mark.parametrize(
    "name", ["localtime", "posixrules", "Factory", "factory", "posix/Asia/Riyadh", ""]
)
def test_what_iana_does_not_list_is_no_zone(name: str) -> None:
    assert known_time_zone(name) is None
    with pytest.raises(ValidationError):
        validate_time_zone(name)


def test_every_zone_has_clocks() -> None:
    assert {"UTC", "Asia/Riyadh", "Europe/Kyiv", "America/Argentina/Ushuaia"} < (
        time_zones()
    )
    for name in time_zones():
        validate_time_zone(name)
        assert datetime.now(ZoneInfo(name)).utcoffset() is not None
