"""The OpenAPI document at ``/api/schema/`` and the page that lets people try it, ``/api/docs/``."""

from __future__ import annotations

from functools import cache
from typing import Any

from django.urls import URLPattern
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from hm_auth.rest.renderers import JSONRenderer
from hm_auth.rest.urls import both
from hm_auth.rest.views import StrictParametersMixin


class OpenAPIRenderer(JSONRenderer):
    """The same JSON under the name OpenAPI registered for it."""

    media_type = "application/vnd.oai.openapi+json"
    format = "openapi"


class SchemaView(StrictParametersMixin, APIView):
    """Open to everybody: it holds nothing this repository does not."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    renderer_classes = (JSONRenderer, OpenAPIRenderer)

    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:  # noqa: ARG002
        return Response(openapi_document())


class DocsView(SpectacularSwaggerSplitView):
    """Swagger UI from the sidecar package, its script in a request of its own (strict CSP)."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    template_name = "hm/api_docs.html"
    url_name = "api-schema"


@cache
def openapi_document() -> dict[str, Any]:
    """Return the document of this service; made once a process, since the code does not change."""
    generator: Any = SchemaGenerator  # untyped
    document: dict[str, Any] = generator().get_schema(request=None, public=True)
    return document


urlpatterns: list[URLPattern] = [
    *both("api/schema/", SchemaView.as_view(), "api-schema"),
    *both("api/docs/", DocsView.as_view(), "api-docs"),
]
