"""The page of one of an account's places: one's own answer, and who may see it all.

Source: docs/rules.md 205.
"""

from attendance.decisions.answering import answers_count_until
from events.models import EventState
from notifications.prompts.answer_page import AnswerPage


class PlacePage(AnswerPage):
    """The page of an answer for who is signed in: it stays when answers are over."""

    @property
    def has_begun(self) -> bool:
        return self.event.starts_at <= self._now

    @property
    def is_cancelled(self) -> bool:
        return self.event.state == EventState.CANCELLED

    @property
    def is_over(self) -> bool:
        """Whether answers do not count any more."""
        return self._now >= answers_count_until(self.place)

    @property
    def may_answer(self) -> bool:
        return self.has_begun and not self.is_cancelled and not self.is_over
