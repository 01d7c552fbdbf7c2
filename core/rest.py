"""Building blocks of the REST views of all apps."""

import hashlib
import json
from typing import Any, TypeVar

from django.db import models
from django.utils.http import parse_etags
from rest_framework import generics, mixins
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

M = TypeVar("M", bound=models.Model)


class RetrievePatchView(
    mixins.RetrieveModelMixin, mixins.UpdateModelMixin, generics.GenericAPIView[M]
):
    """A view with GET and PATCH, but no PUT."""

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Return the object."""
        return self.retrieve(request, *args, **kwargs)

    def patch(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Change the fields that are sent."""
        return self.partial_update(request, *args, **kwargs)


def with_etag(request: Request, data: Any) -> Response:
    """Return ``data`` with its ``ETag``, or 304 if the client already has it."""
    text = json.dumps(data, cls=JSONEncoder, sort_keys=True)
    etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    known = parse_etags(request.headers.get("If-None-Match", ""))
    if "*" in known or etag in [tag.removeprefix("W/") for tag in known]:
        return Response(status=304, headers=headers)
    return Response(data, headers=headers)
