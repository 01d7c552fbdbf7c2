"""Where mails are, while they are files."""

from django import template
from django.template import Context

from core.mails import directory
from events.accounts.client import is_local

register = template.Library()


@register.simple_tag(takes_context=True)
def mail_files(context: Context) -> str:
    """Return the directory of mails for an operator on this machine; else "".

    "" also where a mail server is set up.
    """
    return directory() if is_local(context["request"]) else ""
