"""The OpenAPI document says every answer an operation can give, problems included."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework.permissions import AllowAny

from hm_auth.rest.documents import MEDIA_TYPE
from hm_auth.rest.fields import SparseFieldsMixin
from hm_auth.rest.serializers import ProblemSerializer

WITH_BODY = ("POST", "PUT", "PATCH")
Endpoint = tuple[str, str, str, Any]


class ProblemAutoSchema(AutoSchema):
    """Adds the problem answers and the headers that follow from the kind of operation.

    A view adds statuses of its own with ``problem_statuses``, needs If-Match for the actions in
    ``if_match_actions``, and replaces what its authentication classes say by ``security``.
    """

    def get_auth(self) -> list[dict[str, Any]]:
        stated: list[dict[str, Any]] | None = getattr(self.view, "security", None)
        return super().get_auth() if stated is None else stated

    def get_override_parameters(self) -> list[Any]:
        parameters = [*super().get_override_parameters()]
        if self._needs_if_match():
            parameters.append(
                _header("If-Match", "The ETag of the version you read, or `*`.", True)
            )
        if self.method == "GET" and self._is_sparse():
            parameters.append(_header("If-None-Match", "An ETag you have: 304 if still current."))
            parameters.append(OpenApiParameter("fields", str, description="Only these, by comma."))
        return parameters

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        responses = super()._get_response_bodies(direction)
        if self.method == "GET" and self._is_sparse():
            responses["304"] = {"description": "Not changed since the ETag you sent."}
        for status in self._problem_statuses():
            if status not in responses:
                responses[status] = self._get_response_for_code(  # type: ignore[no-untyped-call]
                    ProblemSerializer, status, [MEDIA_TYPE], direction
                )
        return dict(sorted(responses.items()))

    def _problem_statuses(self) -> list[str]:
        own = {str(status) for status in getattr(self.view, "problem_statuses", ())}
        statuses = {"400", "406"} | (own - {"409"} if self.method == "GET" else own)
        if not any(isinstance(item, AllowAny) for item in self.view.get_permissions()):
            statuses |= {"401", "403"}
        if "{" in self.path:
            statuses.add("404")
        if self.method in WITH_BODY:
            statuses |= {"413", "415"}
        if self._needs_if_match():
            statuses |= {"412", "428"}
        return sorted(statuses)

    def _map_basic_serializer(self, serializer: Any, direction: Any) -> Any:
        schema = super()._map_basic_serializer(serializer, direction)  # type: ignore[no-untyped-call]
        if direction == "response" and isinstance(serializer, SparseFieldsMixin):
            schema.pop("required", None)  # `fields=` and the caller's level may leave any out
        return schema

    def _is_sparse(self) -> bool:
        choose = getattr(self.view, "get_serializer_class", None)
        return choose is not None and issubclass(choose(), SparseFieldsMixin)

    def _needs_if_match(self) -> bool:
        return getattr(self.view, "action", None) in getattr(self.view, "if_match_actions", ())


def drop_slashless_aliases(endpoints: Sequence[Endpoint]) -> list[Endpoint]:
    """Document each address once, in its form with the slash."""
    paths = {path for path, *_ in endpoints}
    return [endpoint for endpoint in endpoints if endpoint[0] + "/" not in paths]


def _header(name: str, description: str, required: bool = False) -> OpenApiParameter:
    return OpenApiParameter(
        name, str, OpenApiParameter.HEADER, required=required, description=description
    )
