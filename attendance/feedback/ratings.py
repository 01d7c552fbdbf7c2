"""What people thought of an event, for its organization: without names.

Source: docs/rules.md 196.
"""

from dataclasses import dataclass
from statistics import median

from django.db.models import OuterRef, Q, Subquery

from attendance.feedback.giving import FEWEST_STARS, MOST_STARS
from attendance.models import Feedback, OwnAnswer
from events.models import Event

STARS = range(FEWEST_STARS, MOST_STARS + 1)
# Of fewer people one could guess who said what.
SHOWN_FROM = 5


@dataclass(frozen=True, slots=True)
class Ratings:
    """What people thought of an event; below five of them only how many they are.

    Attributes:
        count: How many have given stars.
        median: The median of the stars; None while it is hidden.
        stars: How many gave one star, two, and so on; empty while it is hidden.
        texts: What they wrote, in the order of the alphabet, which tells nobody who
            wrote what; empty while it is hidden.
    """

    count: int
    median: float | None
    stars: dict[int, int]
    texts: list[str]

    @property
    def is_hidden(self) -> bool:
        """Whether too few have answered to show what they said."""
        return self.count < SHOWN_FROM


def ratings_of(event: Event) -> Ratings:
    """Return what people thought of an event, by one query.

    Who has said since that they were not there is left out.
    """
    newest = OwnAnswer.objects.filter(participant=OuterRef("participant"))
    said = Subquery(newest.order_by("-pk").values("attended")[:1])
    given = Feedback.objects.filter(participant__event=event).order_by()
    given = given.alias(said=said).filter(Q(said=None) | Q(said=True))
    rows = list(given.values_list("rating", "text"))
    if len(rows) < SHOWN_FROM:
        return Ratings(len(rows), None, {}, [])
    ratings = [rating for rating, _text in rows]
    texts = sorted(text.strip() for _rating, text in rows if text.strip())
    stars = {number: ratings.count(number) for number in STARS}
    return Ratings(len(rows), median(ratings), stars, texts)
