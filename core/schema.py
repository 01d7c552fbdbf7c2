"""The OpenAPI schema of a REST operation."""

from typing import Any

from drf_spectacular import openapi

from core.problems import CONTENT_TYPE, ProblemSerializer


class AutoSchema(openapi.AutoSchema):
    """drf-spectacular's schema, with problem details for every failure."""

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        """Return the operation with problem details as its default answer."""
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation is not None:
            problem = self.resolve_serializer(ProblemSerializer, "response")
            operation["responses"]["default"] = {
                "description": "Anything else is a problem (RFC 9457).",
                "content": {CONTENT_TYPE: {"schema": problem.ref}},
            }
        return operation
