"""Percentages for people: whole numbers, unless rounding would hide what decided."""

from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from django.utils.formats import number_format


def percentage_in_words(percentage: Decimal, thresholds: Iterable[int]) -> str:
    """Return "87", or "75.30" if "75" would read as exactly the threshold.

    Args:
        percentage: 0 to 100, two decimals.
        thresholds: The percentages at which the status changes.

    Returns:
        The number with the language's decimal separator, without a percent sign.
    """
    whole = percentage.quantize(Decimal(1), ROUND_HALF_UP)
    is_hidden = whole != percentage and whole in (0, *thresholds, 100)
    return number_format(percentage if is_hidden else whole, 2 if is_hidden else 0)
