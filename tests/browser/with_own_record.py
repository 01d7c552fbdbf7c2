"""What somebody with an account, and a parent, are asked after events, and recorded."""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Model

from attendance.decisions.marking import Mark, mark
from attendance.decisions.place import Place
from attendance.feedback.giving import give_feedback
from core.addresses import folded_address
from events.models import Event, Organization, Participant, Person, User
from notifications.models import PromptOptOut
from tests.factories import (
    make_event,
    make_notification,
    make_participant,
    make_prompt,
)

CHILDREN = ("Amal Wolfeschlegelsteinhausenbergerdorff", "باسل حداد")


class Asked:
    """The people of two accounts at events that are over, and one to come."""

    def __init__(
        self, organization: Organization, attendee: User, parent: User, now: datetime
    ) -> None:
        self._organization, self._now = organization, now
        self._people: dict[str, Person] = {}
        by = organization.memberships.first()
        assert by
        just_over = self._event("Async Django in practice", hours=-4)
        asked = [self._place(just_over, name, parent) for name in CHILDREN]
        asked.append(self._place(just_over, "Yusuf Karim", attendee))
        was_seen = self._event("Tea and talk", hours=-28)
        how = self._place(was_seen, "Yusuf Karim", attendee)
        mark(Place(was_seen, None), [Mark(how, "present")], by=by.user, now=now)
        for place in (*asked, how):
            make_notification(make_prompt(place))
        unrecorded = self._event("Nobody wrote it down", hours=-50)
        self._place(unrecorded, "Yusuf Karim", attendee)
        long_over = self._event("Long ago", hours=-24 * 20)
        over = self._place(long_over, "Yusuf Karim", attendee)
        marks = [Mark(over, "late", "The bus")]
        mark(Place(long_over, None), marks, by=by.user, now=now)
        ahead = self._place(
            self._event("Next week", hours=150), "Yusuf Karim", attendee
        )
        said = self._place(
            self._event("It was good", hours=-72), "Yusuf Karim", attendee
        )
        give_feedback(said, rating=4, text="More of it", now=now)
        PromptOptOut.objects.create(
            folded_email=folded_address(attendee.email), organization=organization
        )
        PromptOptOut.objects.create(folded_email=folded_address(attendee.email))
        self.subjects: dict[str, Model] = {
            "place that is asked": asked[-1],
            "child that is asked": asked[0],
            "place that was seen": how,
            "place that is over": over,
            "place that said how it was": said,
            "place at what comes": ahead,
        }

    def _event(self, title: str, *, hours: int, **fields: Any) -> Event:
        starts_at = self._now + timedelta(hours=hours)
        return make_event(
            self._organization, title=title, starts_at=starts_at, **fields
        )

    def _place(self, event: Event, name: str, user: User) -> Participant:
        if name in self._people:
            return make_participant(event, person=self._people[name])
        place = make_participant(event, name=name, user=user)
        self._people[name] = place.person
        return place
