"""What the page of an answer shows, in words of the language that is active.

Nothing here writes.

Source: docs/rules.md 186.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from attendance.contests.forms import ContestForm
from attendance.decisions.answering import answers_count_until
from attendance.models import Feedback, OwnAnswer
from attendance.personal.personal_page import PersonalPage, RecordedSession
from core.times import day_and_time, long_date
from events.accounts.clocks import zone_of_place
from events.models import Participant
from events.public.when import when
from notifications.models import AttendancePrompt
from notifications.prompts.asking import Asked, Question, read_asked
from notifications.prompts.snoozing import asked_again_at

# How many of the past sessions the page shows.
SESSIONS_SHOWN = 3


class AnswerPage:
    """The page of one place.

    It links to nothing that holds longer than the link of the mail, which may have been
    forwarded: so one contests right here what is recorded.

    Attributes:
        contest_form: What is said to be wrong; bound if that was refused.
        contested: The id of the decision to which a refused form belongs.

    Args:
        place: Their place, with event, organization, person and account.
        token: Of the link.
        now: The present time.
    """

    def __init__(self, place: Participant, token: str, *, now: datetime) -> None:
        self.place = place
        self.event = place.event
        self.token = token
        self.zone = zone_of_place(place)
        self._now = now
        self.contest_form = ContestForm()
        self.contested: int | None = None

    @property
    def when(self) -> str:
        return when(self.event, self.zone)

    @property
    def until(self) -> str:
        """Until when they can answer, and change it."""
        return day_and_time(answers_count_until(self.place), self.zone)

    # What is asked, and what they said

    @cached_property
    def _asked(self) -> Asked:
        [asked] = read_asked([self.place.pk])
        return asked

    @property
    def question(self) -> Question:
        """What the page asks."""
        return self._asked.fitting

    @property
    def asks_only_how(self) -> bool:
        return self.question is Question.HOW

    @cached_property
    def attended(self) -> bool | None:
        """What they said last; None if nothing."""
        last = OwnAnswer.objects.filter(participant=self.place).first()
        return last.attended if last else None

    @cached_property
    def feedback(self) -> Feedback | None:
        return Feedback.objects.filter(participant=self.place).first()

    @property
    def has_answered(self) -> bool:
        return self.attended is not None or self.feedback is not None

    # What is recorded

    @property
    def shows_recorded(self) -> bool:
        """Whether the page tells it: to whoever is not asked whether they came."""
        if self._asked.question is Question.WHETHER:
            return False
        return bool(self.recorded.of_event or self.recorded.recorded)

    @cached_property
    def recorded(self) -> PersonalPage:
        return PersonalPage(self.place, now=self._now)

    @property
    def recorded_sessions(self) -> list[RecordedSession]:
        """The newest of them."""
        return self.recorded.recorded[:SESSIONS_SHOWN]

    # Not now

    @cached_property
    def _prompts(self) -> list[AttendancePrompt]:
        return list(self.place.prompts.order_by("number"))

    @property
    def to_snooze(self) -> AttendancePrompt | None:
        """The prompt that they can put off until tomorrow."""
        if self.has_answered or len(self._prompts) != 1 or not self._again_at:
            return None
        return self._prompts[0]

    @property
    def not_now(self) -> str:
        """What snoozing means: on which day, on their clocks."""
        if self._again_at is None:
            return ""
        zone = ZoneInfo(self.zone)
        day = self._again_at.astimezone(zone).date()
        days = (day - self._now.astimezone(zone).date()).days
        if days > 1:
            return _("Not now: ask me again at 9:00 on %(day)s") % {
                "day": long_date(day)
            }
        if days:
            return _("Not now: ask me again tomorrow at 9:00")
        return _("Not now: ask me again today at 9:00")

    @property
    def again(self) -> str:
        """When they would be asked again."""
        return day_and_time(self._again_at, self.zone) if self._again_at else ""

    @property
    def will_be_asked(self) -> str:
        """When they will be asked again, because they chose so; "" if never."""
        if self.has_answered or len(self._prompts) < 2:
            return ""
        due_at = self._prompts[-1].due_at
        return day_and_time(due_at, self.zone) if due_at > self._now else ""

    @cached_property
    def _again_at(self) -> datetime | None:
        return asked_again_at(self.place, now=self._now)

    # An account

    @property
    def may_start_account(self) -> bool:
        """Whether they have none, and an address to which one can be confirmed."""
        return self.place.user_id is None and bool(self.place.email)
