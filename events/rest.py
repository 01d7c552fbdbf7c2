"""What REST views of all apps are made from."""

from typing import Any, TypeVar

from django.db import models
from rest_framework import generics, mixins
from rest_framework.request import Request
from rest_framework.response import Response

M = TypeVar("M", bound=models.Model)


class RetrievePatchView(
    mixins.RetrieveModelMixin, mixins.UpdateModelMixin, generics.GenericAPIView[M]
):
    """GET and PATCH: nothing here is ever replaced whole."""

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the object."""
        return self.retrieve(request, *args, **kwargs)

    def patch(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change what is sent, and nothing else."""
        return self.partial_update(request, *args, **kwargs)
