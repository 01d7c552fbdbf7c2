"""Shapes of what is recorded of an account's own places."""

from typing import Any

from rest_framework import serializers

from attendance.feedback.giving import FEWEST_STARS, MOST_STARS
from attendance.models import LONGEST_REASON
from attendance.own_record.history import Entry
from attendance.report_rows.serializers import (
    ReportPersonSerializer,
    ReportRowSerializer,
)
from core.fields import Declared, InstantField
from core.row_ids import BIGGEST_ID
from events.models import Event, Participant
from sessions_app.models import LiveSession, Mode, SessionType


class _WhichPlaceSerializer(Declared):
    """Says which of several places is meant."""

    participant = serializers.IntegerField(
        min_value=1,
        max_value=BIGGEST_ID,
        allow_null=True,
        default=None,
        help_text="Needed where the account has several places at the event.",
    )


class OwnAttendanceSerializer(_WhichPlaceSerializer):
    """Whether somebody attended."""

    attended = serializers.BooleanField()


class OwnFeedbackSerializer(_WhichPlaceSerializer):
    """How somebody found an event."""

    rating = serializers.IntegerField(min_value=FEWEST_STARS, max_value=MOST_STARS)
    text = serializers.CharField(
        max_length=LONGEST_REASON, default="", allow_blank=True
    )


class OwnPrivacySerializer(_WhichPlaceSerializer):
    """Who may see what is recorded at an event; its organization always does."""

    show_on_profile = serializers.BooleanField(required=False)
    show_to_other_orgs = serializers.BooleanField(required=False)


class GivenFeedbackSerializer(Declared):
    """What somebody thought of an event."""

    rating = serializers.IntegerField()
    text = serializers.CharField(allow_blank=True)


class OrganizationInShortSerializer(Declared):
    """An organization, by name."""

    id = serializers.IntegerField()
    name = serializers.CharField()


class EventInShortSerializer(Declared):
    """An event, by title and time."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    starts_at = InstantField()
    ends_at = InstantField(allow_null=True)
    time_zone = serializers.CharField()


class SessionInShortSerializer(Declared):
    """A session, by title and time."""

    id = serializers.IntegerField()
    title = serializers.CharField()
    session_type = serializers.ChoiceField(choices=SessionType.choices)
    mode = serializers.ChoiceField(choices=Mode.choices)
    starts_at = InstantField()
    ends_at = InstantField(help_text="Its real end, once it has ended.")


class RecordedSerializer(ReportRowSerializer):
    """A decision about one of the account's places, with what the person said there.

    Without ``session`` it is about the event. To outsiders, on a public profile, all is
    null or empty but ``organization``, ``event``, ``session``, ``status``, ``derived``
    and ``void``. To nobody but the account itself ``feedback`` is shown.
    """

    id = serializers.IntegerField(allow_null=True, help_text="Of the decision.")
    participant = ReportPersonSerializer(allow_null=True)
    organization = OrganizationInShortSerializer()
    event = EventInShortSerializer()
    session = SessionInShortSerializer(allow_null=True)
    void = serializers.BooleanField(help_text="The session, or event, was cancelled.")
    feedback = GivenFeedbackSerializer(allow_null=True)
    show_on_profile = serializers.BooleanField(allow_null=True)
    show_to_other_orgs = serializers.BooleanField(allow_null=True)
    answers_until = InstantField(
        allow_null=True, help_text="Until then the person's own answers count."
    )
    failed_attempts = serializers.IntegerField(allow_null=True)
    is_auto_calculated = serializers.BooleanField(allow_null=True)


class RecordedListSerializer(Declared):
    """A page of such decisions, newest first."""

    count = serializers.IntegerField()
    next = serializers.URLField(allow_null=True)
    previous = serializers.URLField(allow_null=True)
    results = RecordedSerializer(many=True)


class OwnDecisionSerializer(ReportRowSerializer):
    """The decision that stands; ``id`` is null while there is none."""

    id = serializers.IntegerField(allow_null=True)


class PlaceFeedbackSerializer(GivenFeedbackSerializer):
    """What somebody thought of an event, and at which place."""

    participant = serializers.IntegerField()


class PlacePrivacySerializer(Declared):
    """Who may see what is recorded at a place."""

    participant = serializers.IntegerField()
    show_on_profile = serializers.BooleanField()
    show_to_other_orgs = serializers.BooleanField()


def event_in_short(event: Event) -> dict[str, Any]:
    """Return an event, by title and time, in the shape of REST."""
    return {
        "id": event.pk,
        "title": event.title,
        "starts_at": event.starts_at,
        "ends_at": event.ends_at,
        "time_zone": event.time_zone,
    }


def organization_in_short(event: Event) -> dict[str, Any]:
    """Return the organization of an event in the shape of REST."""
    return {"id": event.organization_id, "name": event.organization.name}


def privacy_of(place: Participant) -> dict[str, Any]:
    """Return who may see what is recorded at a place, in the shape of REST."""
    return {
        "show_on_profile": place.show_on_profile,
        "show_to_other_orgs": place.show_to_other_orgs,
    }


def entry_as_dict(entry: Entry) -> dict[str, Any]:
    """Return an entry of the history in the shape of REST, with no identity."""
    feedback = entry.feedback
    return {
        "id": entry.pk,
        "organization": organization_in_short(entry.event),
        "event": event_in_short(entry.event),
        "session": _session(entry.session),
        **entry.row.as_dict(with_identities=False),
        "void": entry.is_void,
        "feedback": feedback and {"rating": feedback.rating, "text": feedback.text},
        **privacy_of(entry.place),
        "answers_until": entry.answers_until,
    }


def _session(session: LiveSession | None) -> dict[str, Any] | None:
    if session is None:
        return None
    return {
        "id": session.pk,
        "title": session.title,
        "session_type": session.session_type,
        "mode": session.mode,
        "starts_at": session.starts_at,
        "ends_at": session.end,
    }
