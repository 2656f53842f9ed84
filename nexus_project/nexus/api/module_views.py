"""The modules of this installation over REST: the menu of every service, and registration."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from hm_auth.access import load_or_404
from hm_auth.rest.problems import Conflict
from hm_auth.rest.views import RestView
from nexus.api.authentication import Service
from nexus.api.module_serializers import (
    ModuleRegistration,
    ModuleSerializer,
    NewSecret,
    RegisteredModule,
)
from nexus.modules import operations
from nexus.modules.models import Module

NO_STORE = {"Cache-Control": "no-store"}  # a secret is in it


class ModulesView(RestView):
    """The modules the caller may open, in the order of the menu; all of them for a module."""

    capabilities: ClassVar[dict[str, str]] = {"get": "modules.view", "post": "modules.manage"}
    capability = "modules.manage"
    serializer_class = ModuleSerializer
    pagination_class = None
    problem_statuses = (409,)

    @extend_schema(responses=ModuleSerializer(many=True), tags=["modules"])
    def get(self, request: Request) -> Response:  # noqa: ARG002
        rows = Module.objects
        user = self.caller
        modules: Any = (
            rows.active() if isinstance(user, Service) else rows.open_to(user.permission_level)
        )
        return Response(self.get_serializer(modules, many=True).data)

    @extend_schema(request=ModuleRegistration, responses={201: RegisteredModule}, tags=["modules"])
    def post(self, request: Request) -> Response:
        """Register a module. Its client secret is in this answer and never again."""
        form = ModuleRegistration(data=request.data, context=self.get_serializer_context())
        form.is_valid(raise_exception=True)
        try:
            made = operations.register_module(**form.validated_data, by=self.caller)
        except operations.ModuleExists as error:
            raise Conflict("This module is registered already.", code="module_exists") from error
        body = {**self.get_serializer(made.module).data, "client_secret": made.secret}
        return Response(body, status=status.HTTP_201_CREATED, headers=NO_STORE)


class ModuleSecretView(RestView):
    """Replace a module's client secret; the old one stops working at once."""

    capability = "modules.manage"
    serializer_class = NewSecret

    @extend_schema(request=None, responses={200: NewSecret}, tags=["modules"])
    def post(self, request: Request, client_id: str) -> Response:  # noqa: ARG002
        if isinstance(self.caller, Service):
            raise PermissionDenied
        module = load_or_404(Module.objects.all(), client_id=client_id)
        secret = operations.new_secret(module=module, by=self.caller)
        body = {"client_id": module.client_id, "client_secret": secret}
        return Response(body, headers=NO_STORE)
