"""The mails of public events: what each says, and sending one.

A mail is a few sentences around one link, so text and HTML are made from one source.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _

from events.models import Event, Participant, RegistrationNews
from events.public.when import when
from events.roster.personal_links import personal_url


@dataclass(frozen=True)
class Mail:
    """What a mail says, in the language that is active when it is made."""

    subject: str
    before: Sequence[str]
    link: str
    button: str
    after: Sequence[str]


def send(mail: Mail, *, to: str) -> None:
    """Send a mail as text and HTML, in the active language.

    Raises:
        OSError: the mail server did not take it (SMTPException is one).
    """
    context = {"mail": mail, "language": translation.get_language()}
    context["is_rtl"] = translation.get_language_bidi()
    text, page = (
        render_to_string(f"events/public/mail.{kind}", context)
        for kind in ("txt", "html")
    )
    message = EmailMultiAlternatives(" ".join(mail.subject.split()), text, to=[to])
    message.attach_alternative(page, "text/html")
    message.send()


def please_confirm(event: Event, *, link: str) -> Mail:
    """Return the mail with which somebody confirms that they want to come.

    It says nothing that was typed: anybody can type anything for anybody's address.
    """
    return Mail(
        _("Please confirm: %(event)s") % {"event": event.title},
        [
            _("Somebody wants to register with this address for:"),
            *_about(event),
            _("If that was you, open this page and confirm it within two days:"),
        ],
        link,
        _("Confirm the registration"),
        [_("If it was not you, you need not do anything.")],
    )


def about_registration(place: Participant, news: str) -> Mail:
    """Return the mail that tells somebody of their registration."""
    event = place.event
    subjects = {
        RegistrationNews.REGISTERED: _("You are registered: %(event)s"),
        RegistrationNews.WAITLISTED: _("You are on the waiting list: %(event)s"),
        RegistrationNews.MOVED_UP: _("You have a place now: %(event)s"),
    }
    sentences = {
        RegistrationNews.REGISTERED: _("%(name)s is registered for:"),
        RegistrationNews.WAITLISTED: _(
            "All places are taken. %(name)s is on the waiting list of:"
        ),
        RegistrationNews.MOVED_UP: _(
            "A place has become free. %(name)s is registered now for:"
        ),
    }
    kind = RegistrationNews(news)
    return Mail(
        subjects[kind] % {"event": event.title},
        [sentences[kind] % {"name": place.name}, *_about(event)],
        personal_url(place),
        _("Open your own page"),
        [
            _(
                "There you see what is recorded of you, and can cancel. The link is "
                "yours alone: who has it needs no password."
            )
        ],
    )


def _about(event: Event) -> list[str]:
    lines = (event.title, when(event), event.location, event.organization.name)
    return [line for line in lines if line]
