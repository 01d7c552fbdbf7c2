"""What is said of somebody unmatched, as JSON."""

from django.db.models import QuerySet
from rest_framework import serializers

from core.fields import Declared, RowField
from core.validators import validate_name
from events.models import Participant


class WalkInSerializer(Declared):
    """Whom to put on the roster."""

    name = serializers.CharField(max_length=200, validators=[validate_name])
    email = serializers.EmailField(max_length=254, default="", allow_blank=True)


class RosterField(RowField[Participant]):
    """Somebody on the roster of the event in the context; others do not exist."""

    def get_queryset(self) -> QuerySet[Participant]:
        """Return the roster."""
        return Participant.objects.filter(event=self.context["event"])


class LinkSerializer(Declared):
    """Who an unmatched identity is: somebody on the roster, or a walk-in."""

    identity = serializers.CharField(max_length=256, trim_whitespace=False)
    participant = RosterField(
        queryset=Participant.objects.none(), allow_null=True, default=None
    )
    walk_in = WalkInSerializer(allow_null=True, default=None)


class UnlinkSerializer(Declared):
    """Which identity is not who somebody said."""

    identity = serializers.CharField(max_length=256, trim_whitespace=False)
