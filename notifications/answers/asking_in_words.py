"""What asking by hand does about how many, in the language that is active."""

from collections import Counter
from collections.abc import Sequence

from django.utils.translation import ngettext

from notifications.prompts.by_hand import Outcome, Plan


def along(plans: Sequence[Plan]) -> list[str]:
    """Return a sentence for each outcome that anybody has."""
    numbers = Counter(plan.outcome for plan in plans)
    return [
        _sentence(outcome, number) % {"number": number}
        for outcome in Outcome
        if (number := numbers[outcome])
    ]


def _sentence(outcome: Outcome, number: int) -> str:
    return {
        Outcome.ASKED: ngettext(
            "%(number)d person gets a mail.", "%(number)d people get a mail.", number
        ),
        Outcome.NOTIFIED: ngettext(
            "%(number)d person gets no mail, and finds the question in their account.",
            "%(number)d people get no mail, and find the question in their account.",
            number,
        ),
        Outcome.ALREADY_ASKED: ngettext(
            "%(number)d person was asked before.",
            "%(number)d people were asked before.",
            number,
        ),
        Outcome.ANSWERED: ngettext(
            "%(number)d person has answered.",
            "%(number)d people have answered.",
            number,
        ),
        Outcome.DECLINED: ngettext(
            "%(number)d person wants no such mails.",
            "%(number)d people want no such mails.",
            number,
        ),
        Outcome.NO_ADDRESS: ngettext(
            "%(number)d person has no address.",
            "%(number)d people have no address.",
            number,
        ),
        Outcome.REFUSED: ngettext(
            "%(number)d person has an address that takes no mail.",
            "%(number)d people have addresses that take no mail.",
            number,
        ),
        Outcome.NOT_TO_BE_ASKED: ngettext(
            "%(number)d person need not be asked.",
            "%(number)d people need not be asked.",
            number,
        ),
    }[outcome]
