"""REST of the caller's notifications."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.pagination import Pages
from events.permissions import signed_in
from notifications.bell.listing import notifications_of, read_notifications, read_one
from notifications.bell.serializers import (
    NotificationListSerializer,
    NotificationSerializer,
    notification_as_dict,
)


class OwnNotifications(APIView):
    """The caller's notifications."""

    @extend_schema(
        operation_id="me_notifications_list",
        parameters=[
            OpenApiParameter("page", int),
            OpenApiParameter("page_size", int),
        ],
        responses=NotificationListSerializer,
    )
    def get(self, request: Request) -> Response:
        """Return the notifications, newest first.

        One is new if `read_at` is null and the state of its prompt is `pending`.
        """
        user, now = signed_in(request), timezone.now()
        pages = Pages()
        found: Any = notifications_of(user)
        page: Any = pages.paginate_queryset(found, request, view=self)
        told = read_notifications(page or [], user, now=now)
        return pages.get_paginated_response(list(map(notification_as_dict, told)))


class ReadNotification(APIView):
    """Reading a notification."""

    @extend_schema(
        operation_id="me_notifications_read",
        request=None,
        responses=NotificationSerializer,
    )
    def post(self, request: Request, pk: int) -> Response:
        """Note that it was read; twice is once."""
        told = read_one(signed_in(request), pk, now=timezone.now())
        return Response(notification_as_dict(told))
