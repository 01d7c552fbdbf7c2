"""Forms of live sessions; their times are in the event's zone."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from core.form_parts import LocalTimeField, NameField, ZonedForm
from core.names import isolated
from events.models import Event
from sessions_app import livekit
from sessions_app.models import LiveSession, Mode, SessionType

FIRST_LENGTH = timedelta(hours=1)
A_WEEK = timedelta(days=7)


class SessionForm(ZonedForm):
    """A new session of an event, or a change of ``row``."""

    columns = ("title", "session_type", "mode", "starts_at", "ends_at", "room_name")
    times = ("starts_at", "ends_at")

    title = NameField(label=_("Title"))
    session_type = forms.ChoiceField(
        label=_("Type"), choices=SessionType.choices, initial=SessionType.GENERAL
    )
    mode = forms.ChoiceField(
        label=_("Held"),
        choices=Mode.choices,
        required=False,
    )
    starts_at = LocalTimeField(label=_("Starts"))
    ends_at = LocalTimeField(label=_("Ends"))
    room_name = forms.CharField(
        label=_("Room in LiveKit"),
        max_length=256,
        required=False,
        widget=forms.TextInput({"dir": "ltr", "autocapitalize": "none"}),
    )

    def __init__(self, *args: Any, event: Event, **kwargs: Any) -> None:
        super().__init__(*args, zone=event.time_zone, **kwargs)
        if not livekit.is_set_up():
            # Nobody can join a room: the session gets one unasked, or keeps its own.
            del self.fields["room_name"]
            self.fields["mode"].help_text = _(
                "Check-ins and marks show that a session in person was held. Of one "
                "online you are asked afterwards."
            )
            return
        self.fields["mode"].help_text = _(
            "It decides what shows that the session was held: people in the LiveKit "
            "room, check-ins and marks, or either."
        )
        self.fields["room_name"].help_text = _(
            "Only for online sessions: its name begins with %(prefix)s. If empty, one "
            "is made."
        ) % {"prefix": isolated(f"{event.organization.slug}_")}

    def clean_mode(self) -> str:
        """Return where it is held; if that was not sent, what was proposed."""
        return self.cleaned_data["mode"] or self.initial.get("mode") or Mode.ONLINE

    def clean_room_name(self) -> str:
        """Return the room; if the field is empty, the one that the session has."""
        present = self.row.room_name if isinstance(self.row, LiveSession) else ""
        return self.cleaned_data["room_name"] or present


class EndForm(ZonedForm):
    """The actual end of a session."""

    columns = ("ended_at",)
    times = ("ended_at",)

    ended_at = LocalTimeField(label=_("Actual end"))


def suggested_mode(last: LiveSession | None) -> str:
    """Return where the next session is held: like ``last``, the event's last one.

    The first is online only where people could join a room.
    """
    if last is not None:
        return last.mode
    return Mode.ONLINE if livekit.is_set_up() else Mode.IN_PERSON


def suggested_times(event: Event, last: LiveSession | None) -> dict[str, datetime]:
    """Return initial ``starts_at`` and ``ends_at`` of an event's next session.

    The first session starts with the event and lasts at most an hour. Later ones are a
    week after ``last``, at the same local time even if clocks changed meanwhile.
    """
    if last is None:
        ends_at = min(event.end, event.starts_at + FIRST_LENGTH)
        return {"starts_at": event.starts_at, "ends_at": ends_at}
    zone = ZoneInfo(event.time_zone)
    starts_at = (last.starts_at.astimezone(zone) + A_WEEK).astimezone(UTC)
    return {
        "starts_at": starts_at,
        "ends_at": starts_at + (last.ends_at - last.starts_at),
    }
