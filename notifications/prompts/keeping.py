"""Keeping what somebody says on the page of an answer, by a link or signed in.

Source: docs/rules.md 186.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from attendance.decisions.answering import answer
from attendance.feedback.giving import give_feedback
from events.models import User
from events.roster.privacy import set_privacy
from notifications.prompts.answer_form import AnswerForm, initial_values
from notifications.prompts.answer_page import AnswerPage


def form_of(page: AnswerPage, chosen: Mapping[str, str]) -> AnswerForm:
    """Return the form as the page shows it at first.

    Args:
        page: The page.
        chosen: The query string of its address.
    """
    initial = initial_values(
        page.place, attended=page.attended, feedback=page.feedback, chosen=chosen
    )
    return AnswerForm(initial=initial, place=page.place, question=page.question)


@transaction.atomic
def keep(form: AnswerForm, page: AnswerPage, *, by: User | None, now: datetime) -> None:
    """Keep all that was said, or nothing.

    Args:
        form: A valid form.
        page: The page that it is from.
        by: The account that is signed in; None if it came by a link.
        now: The present time.

    Raises:
        RuleBroken: As the services say.
    """
    if form.says_yes is not None:
        answer(page.place, attended=form.says_yes, by=by, now=now)
    if rating := form.cleaned_data.get("rating"):
        text = form.cleaned_data["text"]
        give_feedback(page.place, rating=rating, text=text, now=now)
    if changes := form.changes_of_privacy:
        set_privacy(page.place, changes=changes)
