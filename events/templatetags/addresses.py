"""Addresses on narrow screens."""

from django import template
from django.utils.html import format_html_join
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.filter
def breakable(email: str) -> SafeString:
    """Return an address that breaks before its @ and dots, not inside a word."""
    parts = email.replace("@", "\0@").replace(".", "\0.").split("\0")
    return format_html_join(mark_safe("<wbr>"), "{}", ([part] for part in parts))
