"""Serializers of requests to link and unlink identities."""

from django.db.models import QuerySet
from rest_framework import serializers

from core.fields import AddressField, Declared, RowField
from core.validators import validate_name
from events.models import Participant


class WalkInSerializer(Declared):
    """A person to add to the roster."""

    name = serializers.CharField(max_length=200, validators=[validate_name])
    email = AddressField(max_length=254, default="", allow_blank=True)
    external_id = serializers.CharField(
        max_length=64,
        default="",
        allow_blank=True,
        validators=[validate_name],
        help_text="Student number, unique in the organization.",
    )
    person = serializers.IntegerField(
        allow_null=True,
        default=None,
        help_text="Who is meant: one of the candidates.",
    )
    new = serializers.BooleanField(default=False, help_text="It is somebody new.")


class RosterField(RowField[Participant]):
    """A participant of ``context["event"]``; ids of others are refused as unknown."""

    def get_queryset(self) -> QuerySet[Participant]:
        """Return the roster of the event in the context."""
        return Participant.objects.filter(event=self.context["event"])


class LinkSerializer(Declared):
    """An identity, and its person: somebody on the roster, or a walk-in."""

    identity = serializers.CharField(max_length=256, trim_whitespace=False)
    participant = RosterField(
        queryset=Participant.objects.none(), allow_null=True, default=None
    )
    walk_in = WalkInSerializer(allow_null=True, default=None)


class UnlinkSerializer(Declared):
    """The identity to unlink."""

    identity = serializers.CharField(max_length=256, trim_whitespace=False)
