"""Spaces, records and runs over REST, and the articles about a company: for reading."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from archive.api import filters, serializers
from archive.articles.models import Article
from archive.records.models import Record
from archive.runbooks.models import Run
from archive.spaces.models import Space
from hm_auth.access import load_or_404
from hm_auth.rest.filters import StrictFilterBackend
from hm_auth.rest.views import RestView

ABOUT = 20


class ReadingViewSet(ViewSetMixin, RestView):
    """A list and its rows, cut to what the caller may see."""

    filter_backends = (StrictFilterBackend,)
    capability = "archive.open"

    def list(self, request: Request) -> Response:  # noqa: ARG002 - the framework's signature
        return self.answer_list(self.get_queryset())

    def retrieve(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        return Response(self.get_serializer(load_or_404(self.get_queryset(), pk=pk)).data)


@extend_schema(tags=["spaces"])
class SpaceViewSet(ReadingViewSet):
    queryset = Space.objects.all()
    serializer_class = serializers.SpaceSerializer
    filterset_class = filters.SpaceFilterSet
    orderings: ClassVar = {"name": ("name", "id"), "created_at": ("created_at", "id")}

    def get_queryset(self) -> Any:
        return Space.objects.visible_to(self.caller)


@extend_schema(tags=["records"])
class RecordViewSet(ReadingViewSet):
    queryset = Record.objects.all()
    serializer_class = serializers.RecordSerializer
    filterset_class = filters.RecordFilterSet
    orderings: ClassVar = {"name": ("name", "id"), "updated_at": ("updated_at", "id")}

    def get_queryset(self) -> Any:
        rows = Record.objects.visible_to(self.caller).current()
        return rows.select_related("type").defer("words")


@extend_schema(tags=["runs"])
class RunViewSet(ReadingViewSet):
    """For staff only."""

    queryset = Run.objects.all()
    serializer_class = serializers.RunSerializer
    filterset_class = filters.RunFilterSet
    orderings: ClassVar = {"started_at": ("started_at", "id")}
    capability = "archive.internal"

    def get_queryset(self) -> Any:
        return Run.objects.visible_to(self.caller).select_related("space")


@extend_schema(tags=["companies"])
class CompanyArticlesView(RestView):
    """The articles of a company's space, the latest change first, at most 20.

    Other services show them on their page of the company. Somebody else's company, or one without
    a space, has none: the answer is an empty list.
    """

    queryset = Article.objects.all()
    serializer_class = serializers.ArticleRowSerializer
    pagination_class = None
    capability = "archive.open"

    @extend_schema(responses=serializers.ArticleRowSerializer(many=True))
    def get(self, request: Request, company: uuid.UUID) -> Response:  # noqa: ARG002
        rows = Article.objects.visible_to(self.caller).current().for_lists()
        rows = rows.filter(space__company_id=company).select_related("space")
        latest = rows.order_by("-updated_at", "-id")[:ABOUT]
        return Response(self.get_serializer(latest, many=True).data)
