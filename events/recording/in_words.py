"""Whether a person consents to being recorded, in words for organizers."""

from django.utils.translation import gettext as _

from core.times import short_day
from events.models import Person


def withdrawal_in_words(person: Person, zone: str) -> str:
    """Return that they withdrew consent, and on which day; "" if they did not."""
    if person.consent_withdrawn_at is None:
        return ""
    text = _("withdrew consent on %(date)s")
    return text % {"date": short_day(person.consent_withdrawn_at, zone)}


def consent_in_words(person: Person, zone: str) -> str:
    """Return since when they consent, or that they withdrew it; "" if neither."""
    if person.consented_at is None or person.consent_withdrawn_at is not None:
        return withdrawal_in_words(person, zone)
    text = _("given on %(date)s")
    return text % {"date": short_day(person.consented_at, zone)}
