"""What the mails of public events say."""

from django.utils.translation import gettext as _

from core.mails import Mail
from events.models import Event, Participant, RegistrationNews
from events.public.when import when
from events.roster.personal_links import personal_url


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
        RegistrationNews.CANCELLED: _("Your registration is cancelled: %(event)s"),
    }
    sentences = {
        RegistrationNews.REGISTERED: _("%(name)s is registered for:"),
        RegistrationNews.WAITLISTED: _(
            "All places are taken. %(name)s is on the waiting list of:"
        ),
        RegistrationNews.MOVED_UP: _(
            "A place has become free. %(name)s is registered now for:"
        ),
        RegistrationNews.CANCELLED: _("%(name)s is not registered any more for:"),
    }
    kind = RegistrationNews(news)
    return Mail(
        subjects[kind] % {"event": event.title},
        [sentences[kind] % {"name": place.name}, *_about(event)],
        personal_url(place),
        _("Open your own page"),
        [_about_own_page(kind)],
    )


def _about_own_page(kind: RegistrationNews) -> str:
    if kind == RegistrationNews.CANCELLED:
        return _(
            "There you see what is recorded of you. "
            "Keep the link to yourself: whoever has it needs no password."
        )
    return _(
        "There you see what is recorded of you. You can also cancel there. "
        "Keep the link to yourself: whoever has it needs no password."
    )


def _about(event: Event) -> list[str]:
    lines = (event.title, when(event), event.location, event.organization.name)
    return [line for line in lines if line]
