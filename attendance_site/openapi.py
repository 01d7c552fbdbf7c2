"""The OpenAPI schema of REST and the page to browse it; both are public."""

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_update
from django.utils.decorators import method_decorator
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView


class SchemaView(SpectacularAPIView):
    """The schema as YAML; as JSON with ``?format=json`` or the header ``Accept``."""

    authentication_classes = ()


# Swagger UI needs style attributes, which the policy forbids elsewhere.
@method_decorator(csp_update({"style-src": [SELF, UNSAFE_INLINE]}), name="dispatch")
class DocsView(SpectacularSwaggerSplitView):
    """Swagger UI from our static files, without inline scripts."""

    authentication_classes = ()
