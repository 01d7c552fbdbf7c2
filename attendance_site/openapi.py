"""The OpenAPI schema of REST, and the page to browse it. Both are public."""

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


class SchemaView(SpectacularAPIView):
    """OpenAPI: YAML, or JSON with ``?format=json`` or by ``Accept``."""

    authentication_classes = ()


# Swagger UI sets style attributes; nowhere else are they allowed.
@method_decorator(csp_update({"style-src": [SELF, UNSAFE_INLINE]}), name="dispatch")
class DocsView(SpectacularSwaggerSplitView):
    """Swagger UI from our own static files, its script apart from the page."""

    authentication_classes = ()
