"""REST of the caller's own prompts."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from core.pagination import Pages
from events.permissions import signed_in
from notifications.models import PromptState
from notifications.own_prompts.listing import own_prompt, prompts_of, read_prompts
from notifications.own_prompts.serializers import (
    PromptListSerializer,
    PromptSerializer,
    StateQuerySerializer,
    prompt_as_dict,
)
from notifications.prompts.snoozing import snooze


class OwnPrompts(APIView):
    """The prompts of the caller's people."""

    @extend_schema(
        operation_id="me_prompts_list",
        parameters=[
            OpenApiParameter(
                "state", enum=PromptState.values, default=PromptState.PENDING.value
            ),
            OpenApiParameter("page", int),
            OpenApiParameter("page_size", int),
        ],
        responses=PromptListSerializer,
    )
    def get(self, request: Request) -> Response:
        """Return the prompts in a state, newest first."""
        wanted = StateQuerySerializer(data=request.query_params)
        wanted.is_valid(raise_exception=True)
        found: Any = prompts_of(signed_in(request), now=timezone.now())
        pages = Pages()
        page: Any = pages.paginate_queryset(
            found.filter(state=wanted.validated_data["state"]), request, view=self
        )
        prompts = read_prompts(page or [])
        return pages.get_paginated_response(list(map(prompt_as_dict, prompts)))


class SnoozePrompt(APIView):
    """Asking again later."""

    @extend_schema(
        operation_id="me_prompts_snooze", request=None, responses=PromptSerializer
    )
    def post(self, request: Request, pk: int) -> Response:
        """Ask again at the next 9:00 on the person's clocks; return the new prompt.

        409 for the second prompt, for one that is answered or was snoozed, and where
        answers do not count any more by then.
        """
        user, now = signed_in(request), timezone.now()
        again = snooze(own_prompt(user, pk, now=now), now=now)
        [prompt] = read_prompts([own_prompt(user, again.pk, now=now)])
        return Response(prompt_as_dict(prompt))
