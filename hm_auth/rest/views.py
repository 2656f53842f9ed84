"""What every API view of ours has in common: strict parameters, sparse fields, entity tags."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.decorators import method_decorator
from django.views.decorators.http import conditional_page
from rest_framework.generics import GenericAPIView
from rest_framework.request import Request
from rest_framework.response import Response

from hm_auth.rest.fields import PARAMETER, SparseFieldsMixin, refuse_unknown_fields, wanted_fields
from hm_auth.rest.filters import refuse_odd_parameters


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


class _Everything:
    """The caller's request as if they had asked for every field."""

    method = "OPTIONS"

    def __init__(self, request: Request) -> None:
        self.user = request.user
