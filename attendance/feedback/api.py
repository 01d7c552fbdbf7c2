"""REST of what people thought of an event."""

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from attendance.feedback.ratings import SHOWN_FROM, STARS, ratings_of
from core.fields import Declared
from events.lookups import visible_event
from events.permissions import signed_in, viewer_of


class StarsSerializer(Declared):
    """How many people gave how many stars."""

    def get_fields(
        self,
    ) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """Return a field for each number of stars."""
        return {str(stars): serializers.IntegerField() for stars in STARS}


class FeedbackSerializer(Declared):
    """What people thought of an event, without names."""

    count = serializers.IntegerField(help_text="How many have given stars.")
    median = serializers.FloatField(allow_null=True)
    stars = StarsSerializer(allow_null=True)
    texts = serializers.ListField(
        child=serializers.CharField(), help_text="In the order of the alphabet."
    )
    hidden = serializers.CharField(
        allow_null=True,
        help_text="Why median, stars and texts are not shown; null if they are.",
    )


class EventFeedback(APIView):
    """What people thought of one event."""

    @extend_schema(responses=FeedbackSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Return how many stars people gave, and what they wrote.

        For members of the organization alone: hosts are not told. Before five people
        have answered, `median` and `stars` are null, and there are no texts.
        """
        event = visible_event(signed_in(request), pk)
        viewer_of(request).must_belong_to(event.organization_id)
        ratings = ratings_of(event)
        hidden = _("Shown once %(number)d people have answered.") % {
            "number": SHOWN_FROM
        }
        return Response(
            {
                "count": ratings.count,
                "median": ratings.median,
                "stars": {str(star): n for star, n in ratings.stars.items()} or None,
                "texts": ratings.texts,
                "hidden": hidden if ratings.is_hidden else None,
            }
        )
