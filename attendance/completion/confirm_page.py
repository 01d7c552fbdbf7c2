"""The page that asks before an event is completed, in the language that is active."""

from typing import NamedTuple

from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance.completion.outlook import NAMED_AT_MOST, Outlook, named_first
from attendance.decisions.event_outlook import Undecided, Who
from core.times import day_and_time, short_day
from events.accounts.clocks import zone_of
from events.models import Participant
from sessions_app.models import LiveSession


class Finding(NamedTuple):
    """A sentence, and the people or sessions that it is about.

    ``rest`` is how many more there are than the page names.
    """

    sentence: str
    people: list[Participant]
    sessions: list[tuple[LiveSession, str]]
    rest: int


class ConfirmPage:
    """What is undecided about an event, and what completing it would do."""

    def __init__(self, outlook: Outlook) -> None:
        self._outlook = outlook
        self.event = outlook.event
        self.is_refused = outlook.is_refused

    @property
    def lead(self) -> str:
        """When the event ends, if it has not; else empty."""
        zone = zone_of(self.event)
        if self._outlook.has_not_begun:
            begins = day_and_time(self.event.starts_at, zone)
            return _(
                "The event has not begun: it begins %(time)s. Before that nobody can "
                "have come."
            ) % {"time": begins}
        if self._outlook.has_not_ended:
            ends = day_and_time(self.event.end, zone)
            return _("The event has not ended: it ends %(time)s.") % {"time": ends}
        return ""

    @cached_property
    def lists(self) -> list[Finding]:
        """What there is to know: about sessions, then about people."""
        if self._outlook.has_not_begun:
            return []
        if self._outlook.sessions.unfinished:
            return [self._unfinished]
        listed = [
            self._not_calculated,
            self._not_proved,
            self._absent,
            self._stay_unknown,
            self._hosts,
            self._waiting,
        ]
        return [each for each in listed if each.people or each.sessions]

    @property
    def _unfinished(self) -> Finding:
        return self._sessions(
            ngettext(
                "%(number)d session has not ended. Wait for that, or cancel it.",
                "%(number)d sessions have not ended. Wait for that, or cancel them.",
                len(self._outlook.sessions.unfinished),
            ),
            self._outlook.sessions.unfinished,
        )

    @property
    def _not_calculated(self) -> Finding:
        return self._sessions(
            ngettext(
                "%(number)d session is not calculated yet. That is done first, and may "
                "decide about people who are unknown below.",
                "%(number)d sessions are not calculated yet. That is done first, and "
                "may decide about people who are unknown below.",
                len(self._outlook.sessions.not_calculated),
            ),
            self._outlook.sessions.not_calculated,
        )

    @property
    def _not_proved(self) -> Finding:
        return self._sessions(
            ngettext(
                "Nothing proves that %(number)d session was held. It is not counted, "
                "but for people who were marked or checked in there.",
                "Nothing proves that %(number)d sessions were held. They are not "
                "counted, but for people who were marked or checked in there.",
                len(self._outlook.sessions.not_proved),
            ),
            self._outlook.sessions.not_proved,
        )

    @property
    def _absent(self) -> Finding:
        people = self._outlook.absent
        return self._people(
            ngettext(
                "%(number)d person has no decision and becomes absent:",
                "%(number)d people have no decision and become absent:",
                len(people),
            ),
            people,
        )

    @property
    def _stay_unknown(self) -> Finding:
        people = self._outlook.stay_unknown(Who.ATTENDEE)
        return self._people(
            ngettext(
                "%(number)d person has no decision and stays unknown:",
                "%(number)d people have no decision and stay unknown:",
                len(people),
            ),
            people,
        )

    @property
    def _hosts(self) -> Finding:
        people = self._outlook.stay_unknown(Who.HOST)
        return self._people(
            ngettext(
                "%(number)d host has no decision and stays unknown:",
                "%(number)d hosts have no decision and stay unknown:",
                len(people),
            ),
            people,
        )

    @property
    def _waiting(self) -> Finding:
        people = self._outlook.stay_unknown(Who.WAITING)
        return self._people(
            ngettext(
                "%(number)d person on the waiting list has no decision and stays "
                "unknown:",
                "%(number)d people on the waiting list have no decision and stay "
                "unknown:",
                len(people),
            ),
            people,
        )

    def _sessions(self, text: str, sessions: list[LiveSession]) -> Finding:
        named = [
            (session, short_day(session.starts_at, zone_of(self.event)))
            for session in sessions[:NAMED_AT_MOST]
        ]
        sentence = text % {"number": len(sessions)}
        return Finding(sentence, [], named, len(sessions) - len(named))

    def _people(self, text: str, people: list[Undecided]) -> Finding:
        named = named_first(people) if people else []
        number = len(people)
        return Finding(text % {"number": number}, named, [], number - len(named))
