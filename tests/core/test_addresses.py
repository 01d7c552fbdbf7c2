"""Addresses without what nobody sees, and when two are the same."""

import pytest
from django.core.exceptions import ValidationError
from rest_framework import serializers

from core import fields, form_parts
from core.addresses import cleaned, folded_address

HIDING = "\u200b\u00a0An\u00ada@exam\u200dple.com\ufeff \n"


def test_only_what_nobody_sees_is_removed() -> None:
    assert cleaned(HIDING) == "Ana@example.com"
    assert cleaned("a na+b.c@example.com") == "a na+b.c@example.com"
    assert cleaned(" \u2060 ") == ""


def test_case_is_ignored_and_nothing_else() -> None:
    assert folded_address(HIDING) == folded_address("ana@EXAMPLE.com")
    assert folded_address("ana.lima@example.com") != folded_address(
        "analima@example.com"
    )
    assert folded_address("ana+b@example.com") != folded_address("ana@example.com")
    assert folded_address("aná@example.com") != folded_address("ana@example.com")


def test_forms_and_rest_check_what_is_left() -> None:
    assert form_parts.AddressField().clean(HIDING) == "Ana@example.com"
    assert fields.AddressField().run_validation(HIDING) == "Ana@example.com"
    assert form_parts.AddressField().clean("\u200b") == ""
    assert fields.AddressField(allow_blank=True).run_validation("\u200b") == ""
    for wrong in ("an a@example.com", "\u200bana"):
        with pytest.raises(ValidationError):
            form_parts.AddressField().clean(wrong)
        with pytest.raises(serializers.ValidationError):
            fields.AddressField().run_validation(wrong)


def test_an_address_may_be_as_long_as_its_column_beside_what_nobody_sees() -> None:
    address = f"{'a' * 64}@{'b' * 61}.{'c' * 61}.{'d' * 61}.com"
    longer = address.replace("@", "\u200b" * 9 + "@")
    assert form_parts.AddressField().clean(longer) == address
    assert fields.AddressField(max_length=254).run_validation(longer) == address
