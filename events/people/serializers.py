"""People of an organization, and how they changed, as JSON."""

from typing import Any

from rest_framework import serializers

from core.fields import Declared, ModelSerializer
from events.models import Person, PersonChange
from events.recording.notice import recording_notice
from events.serializers import AcceptedField, AccountField, EmailRefusedField


class PersonSerializer(ModelSerializer[Person]):
    """A person of an organization. ``user`` is a user name."""

    user = AccountField()
    accepted = AcceptedField()
    email_refused = EmailRefusedField()

    class Meta:
        model = Person
        fields = [
            "id",
            "organization",
            "name",
            "email",
            "email_refused",
            "external_id",
            "user",
            "accepted",
            "time_zone",
            "language",
            "show_on_leaderboard",
            "consented_at",
            "consent_withdrawn_at",
            "created_at",
        ]
        read_only_fields = ["organization", "created_at"]


class NewPersonSerializer(PersonSerializer):
    """Somebody to add; ``new`` says that they are none of the candidates."""

    new = serializers.BooleanField(
        default=False, write_only=True, help_text="It is somebody new."
    )

    class Meta(PersonSerializer.Meta):
        fields = [*PersonSerializer.Meta.fields, "new"]
        read_only_fields = [
            *PersonSerializer.Meta.read_only_fields,
            "show_on_leaderboard",
        ]


class OwnPersonSerializer(ModelSerializer[Person]):
    """One of the people for whom the caller's account stands.

    Where ``consent_required``, they join once they consent to what ``recording_notice``
    says.
    """

    consents_to_recording = serializers.BooleanField(required=False)
    consent_required = serializers.BooleanField(
        source="organization.consent_required", read_only=True
    )
    recording_notice = serializers.SerializerMethodField()

    class Meta:
        model = Person
        fields = [
            "id",
            "organization",
            "name",
            "show_on_leaderboard",
            "consents_to_recording",
            "consented_at",
            "consent_withdrawn_at",
            "consent_required",
            "recording_notice",
        ]
        read_only_fields = ["organization", "name"]

    def get_recording_notice(self, person: Person) -> str:
        """Return what they read before they join."""
        return recording_notice(person.organization)


class ActorSerializer(Declared):
    """Who acted."""

    id = serializers.IntegerField()
    username = serializers.CharField()


class PersonChangeSerializer(ModelSerializer[PersonChange]):
    """One act; ``event`` is null for changes of the person.

    ``before`` is null if something was added, ``after`` if it was removed, and both if
    the values have been erased.
    """

    actor = ActorSerializer(allow_null=True)
    before = serializers.SerializerMethodField()
    after = serializers.SerializerMethodField()

    class Meta:
        model = PersonChange
        fields = ["id", "event", "actor", "at", "before", "after"]

    def get_before(self, change: PersonChange) -> dict[str, Any] | None:
        """Return the values before."""
        return change.values.before if hasattr(change, "values") else None

    def get_after(self, change: PersonChange) -> dict[str, Any] | None:
        """Return the values after."""
        return change.values.after if hasattr(change, "values") else None
