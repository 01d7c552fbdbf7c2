"""What the first page says to somebody without an account, beside the sign-in form."""

from typing import Any

from django import template
from django.template import Context
from django.utils import timezone

from events.public.listing import next_public_events
from events.public.when import when

register = template.Library()


@register.inclusion_tag("events/public/_landing.html", takes_context=True)
def landing(context: Context) -> dict[str, Any]:
    """Tell what this is, how to get in, and which public events come next."""
    events = next_public_events(now=timezone.now())
    return {
        "events": [(event, when(event)) for event in events],
        "may_sign_up": context["may_sign_up"],
    }
