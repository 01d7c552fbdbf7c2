"""REST views of the code on the door's screen, and of self check-in by it."""

from typing import Any

from django.http import HttpResponseBase
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from attendance.decisions.api import current_decisions
from attendance.decisions.serializers import CheckedInSerializer
from attendance.door.opening_hours import door_meant, doors_of
from attendance.door.self_check_in import address_of, check_in_by_code, code_of
from core.fields import Declared
from events.idempotency import IDEMPOTENCY_KEY, idempotent
from events.lookups import visible_event
from events.permissions import signed_in, viewer_of


class CodeSerializer(Declared):
    """The current code of an event, and its times."""

    code = serializers.CharField()
    url = serializers.URLField(
        help_text="The address that attendees open; the QR code contains it."
    )
    changes_at = serializers.DateTimeField(
        help_text="From this time on another code is shown."
    )
    valid_until = serializers.DateTimeField(
        help_text="Until this time the code is accepted."
    )
    opens_at = serializers.DateTimeField(
        allow_null=True, help_text="Null if the event is cancelled."
    )
    closes_at = serializers.DateTimeField(
        allow_null=True, help_text="Null if the event is cancelled."
    )


class CheckInCode(APIView):
    """The code on the screen at the door."""

    @extend_schema(responses=CodeSerializer)
    def get(self, request: Request, pk: int) -> Response:
        """Return the current code, even while the door is closed."""
        event = visible_event(signed_in(request), pk)
        viewer_of(request).must_organize(event.organization_id)
        now = timezone.now()
        code, door = code_of(event, now), door_meant(doors_of(event), now)
        answer: dict[str, Any] = {
            "code": code.text,
            "url": address_of(code),
            "changes_at": code.changes_at,
            "valid_until": code.valid_until,
            "opens_at": door and door.opens_at,
            "closes_at": door and door.closes_at,
        }
        return Response(answer, headers={"Cache-Control": "no-store"})


class SelfCheckInSerializer(Declared):
    """The code that the screen shows, and who came."""

    code = serializers.CharField(max_length=100)
    participant = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        help_text="Who is meant, if the account stands for several people.",
    )
    session = serializers.IntegerField(
        required=False,
        allow_null=True,
        default=None,
        help_text="For which session they come, if several doors are open. Default: "
        "the one that runs, until ten minutes before the next one; then that one.",
    )


class SelfCheckIn(APIView):
    """The self check-in of the caller."""

    @extend_schema(
        parameters=[IDEMPOTENCY_KEY],
        request=SelfCheckInSerializer,
        responses=CheckedInSerializer,
    )
    @idempotent
    def post(self, request: Request) -> HttpResponseBase:
        """Check the caller in; a later check-in changes nothing, and says so.

        409 if the code has expired, or if the door is not open yet (with `opens_at`) or
        no longer (with `closed_at`); with `participants` if the account stands for
        several people of the roster: then send `participant`.
        """
        serializer = SelfCheckInSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        data = serializer.validated_data
        done = check_in_by_code(
            data["code"],
            user=signed_in(request),
            now=timezone.now(),
            participant=data["participant"],
            session=data["session"],
        )
        [decision] = current_decisions(request, done.place, [done.decision.participant])
        return Response(decision | {"already_checked_in": done.already})
