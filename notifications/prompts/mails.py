"""What the mails of prompts say, and by whose clocks.

Every choice is a link to the page of the answer, which has it chosen already; opening
one answers nothing. The times are by the clocks of whoever reads it.

Source: docs/rules.md 184.
"""

from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.decisions.answering import answers_count_until
from attendance.feedback.giving import FEWEST_STARS, MOST_STARS
from core.mails import Choice, Choices, Mail
from core.names import isolated
from core.times import day_and_time
from core.validators import without_hidden
from events.accounts.clocks import zone_of_place
from events.models import Participant, Registration
from events.public.when import when
from notifications.prompts.asking import Question
from notifications.prompts.links import answer_url, unsubscribe_url


def prompt_mail(
    place: Participant,
    question: Question,
    secret: str,
    *,
    until: datetime | None = None,
) -> Mail:
    """Return the mail that asks somebody.

    Args:
        place: Their place, with event, organization, person and account.
        question: What is asked.
        secret: The token of the links.
        until: When answers stop to count, if the caller knows; None: it is looked up.
    """
    zone = zone_of_place(place)
    until = until or answers_count_until(place)
    how = Choices(_("How was it?"), stars(secret))
    rows = [how]
    if question is Question.WHETHER:
        rows = [Choices("", yes_and_no(secret)), how]
    return Mail(
        subject=_question(place, question, isolate=False),
        before=[when(place.event, zone)],
        after=[
            _("You can answer, and change your answer, until %(until)s.")
            % {"until": day_and_time(until, zone)},
            _why(place),
            _("Keep this mail to yourself: its links answer for %(name)s.")
            % {"name": isolated(_plain(place.name))},
        ],
        more_links=[(_("No more mails like this"), unsubscribe_url(secret))],
        top=_plain(place.event.organization.name),
        title=_question(place, question, isolate=True),
        rows=rows,
    )


def yes_and_no(secret: str) -> list[Choice]:
    """Return the two answers to whether somebody attended."""
    answers = [("yes", _("Yes, I was there")), ("no", _("No, I was not"))]
    return [
        Choice(said, answer_url(secret, f"?answer={value}"), said)
        for value, said in answers
    ]


def stars(secret: str) -> list[Choice]:
    """Return one to five stars."""
    return [
        Choice(
            f"{number}\N{NO-BREAK SPACE}★",
            answer_url(secret, f"?stars={number}"),
            ngettext("%(number)d star", "%(number)d stars", number)
            % {"number": number},
        )
        for number in range(FEWEST_STARS, MOST_STARS + 1)
    ]


def _question(place: Participant, question: Question, *, isolate: bool) -> str:
    """Return the question: of the mail's title, else of its subject, as plain text."""
    names = {"event": _plain(place.event.title), "name": _plain(place.name)}
    if isolate:
        names = {key: isolated(name) for key, name in names.items()}
    if question is Question.HOW:
        return _("How was “%(event)s”, %(name)s?") % names
    return _("Did you attend “%(event)s”, %(name)s?") % names


def _why(place: Participant) -> str:
    names = {
        "organization": isolated(_plain(place.event.organization.name)),
        "name": isolated(_plain(place.name)),
    }
    if place.registration == Registration.VIEWED:
        return (
            _(
                "%(organization)s asks, because %(name)s looked at the page of this "
                "event. The organizers see who was there; stars and texts they see "
                "without a name."
            )
            % names
        )
    return (
        _(
            "%(organization)s asks, because %(name)s is registered for this event. "
            "The organizers see who was there; stars and texts they see without a name."
        )
        % names
    )


def _plain(name: str) -> str:
    """Return a name as one line in which nothing turns the text."""
    return without_hidden(" ".join(name.split()))
