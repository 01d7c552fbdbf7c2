"""REST of the export of the caller's account."""

from django.http import StreamingHttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView

from events.permissions import signed_in
from notifications.export.writing import export_response


class OwnExport(APIView):
    """Everything of the caller's account."""

    @extend_schema(
        operation_id="me_export_retrieve",
        responses={(200, "application/json"): OpenApiTypes.OBJECT},
    )
    def get(self, request: Request) -> StreamingHttpResponse:
        """Return everything that is kept of the account and its people, as a file.

        No secrets, and nothing of other people but who decided about one's own.
        """
        return export_response(signed_in(request))
