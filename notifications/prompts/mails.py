"""What the mails of prompts say."""

from django.utils.translation import gettext as _

from core.mails import Mail
from events.models import Participant
from events.public.when import when
from notifications.prompts.asking import Question
from notifications.prompts.links import answer_url, unsubscribe_url


def language_of(place: Participant) -> str:
    """Return the language of somebody's mails."""
    account = place.user.language if place.user else ""
    return place.language or account or place.event.organization.language


def prompt_mail(place: Participant, question: Question, secret: str) -> Mail:
    """Return the mail that asks somebody."""
    event = place.event
    return Mail(
        _("Did you attend %(event)s?") % {"event": event.title},
        [place.name, event.title, when(event), event.organization.name],
        answer_url(secret),
        _("Answer"),
        more_links=[(_("No more mails like this"), unsubscribe_url(secret))],
    )
