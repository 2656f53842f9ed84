"""What every API view of ours has in common: strict parameters, sparse fields, entity tags."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.decorators import method_decorator
from django.views.decorators.http import conditional_page
from rest_framework import status
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from hm_auth.access import load_or_404
from hm_auth.rest.conditional import etag_of, require_match
from hm_auth.rest.fields import PARAMETER, SparseFieldsMixin, refuse_unknown_fields, wanted_fields
from hm_auth.rest.filters import StrictFilterBackend, refuse_odd_parameters


class StrictParametersMixin:
    """Refuses parameters the view does not know; ``query_parameters`` names those it does."""

    query_parameters: tuple[str, ...] = ()

    def known_parameters(self) -> set[str]:
        return set(self.query_parameters)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        refuse_odd_parameters(request, self.known_parameters())

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        answer = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]
        # The same address answers another caller differently: nothing between us may share it.
        patch_vary_headers(answer, ["Accept", "Authorization", "Cookie"])
        if not answer.has_header("Cache-Control"):
            patch_cache_control(answer, private=True, no_cache=True)
        return answer


@method_decorator(conditional_page, name="dispatch")
class RestView(StrictParametersMixin, GenericAPIView[Any]):
    """Reads with ETag and 304 (a list's tag is a hash of its content), sparse fields, filters."""

    @property
    def caller(self) -> Any:
        """Who asks: a person with a level, or a module with scopes."""
        return self.request.user

    def get_filterset_class(self) -> Any:
        return getattr(self, "filterset_class", None)

    def known_parameters(self) -> set[str]:
        known = super().known_parameters()
        if self.request.method in ("GET", "HEAD"):
            known |= {PARAMETER} if self._is_sparse() else set()
            if getattr(self, "action", "") == "list":
                filterset = self.get_filterset_class()
                known |= set(filterset.base_filters) if filterset else set()
                known |= set(getattr(self.paginator, "parameters", ()))
        return known

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if wanted_fields(request) is not None:
            serializer_class: Any = self.get_serializer_class()
            context = {"request": _Everything(request), "view": self}
            known = serializer_class(context=context).fields
            refuse_unknown_fields(request, set(known))

    def answer_list(self, rows: QuerySet[Any]) -> Response:
        """Filter, page and answer ``rows``."""
        page = self.paginate_queryset(self.filter_queryset(rows))
        return self.get_paginated_response(self.get_serializer(page, many=True).data)

    def _is_sparse(self) -> bool:
        return issubclass(self.get_serializer_class(), SparseFieldsMixin)


class RowViewSet(ViewSetMixin, RestView):
    """A list and its rows, cut to what the caller may see by ``get_queryset``."""

    filter_backends = (StrictFilterBackend,)

    def tag(self, row: Any) -> str:
        """Return the entity tag of ``row``."""
        return etag_of(row)

    def list(self, request: Request) -> Response:  # noqa: ARG002 - the framework's signature
        return self.answer_list(self.get_queryset())

    def retrieve(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        return self.answer(self.found(pk))

    def found(self, pk: object) -> Any:
        """Return the row, or 404 when the caller may not know of it."""
        return load_or_404(self.get_queryset(), pk=pk)

    def matched(self, request: Request, pk: str) -> Any:
        """Return the row if it is the version in If-Match; 412 or 428 otherwise."""
        row = self.found(pk)
        require_match(request, self.tag(row))
        return row

    def answer(self, row: Any, code: int = status.HTTP_200_OK) -> Response:
        """Answer ``row`` with its entity tag."""
        return Response(self.get_serializer(row).data, code, headers={"ETag": self.tag(row)})


class _Everything:
    """The caller's request as if they had asked for every field."""

    method = "OPTIONS"

    def __init__(self, request: Request) -> None:
        self.user = request.user
