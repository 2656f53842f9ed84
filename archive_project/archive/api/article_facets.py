"""What hangs on an article: links, what it is to the caller, and it as a file."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from archive.api import serializers
from archive.api.base import RowViewSet
from archive.articles.models import Article
from archive.discussion import operations as discussion
from archive.discussion.models import Vote, Watch
from archive.exchange import exporting
from archive.exchange.views import html_of, zipped
from archive.links.models import Link
from archive.links.reading import leading_to
from archive.search import operations as search
from archive.search.models import Reading

MOST = 500
ONE: Any = {"detail": True, "filter_backends": (), "pagination_class": None}


class ArticleFacets(RowViewSet):
    """The actions that read beside, or write about the caller alone."""

    file_actions = ("html", "markdown", "zip")

    @extend_schema(
        request=serializers.MineSerializer, responses=serializers.MineSerializer, methods=["PUT"]
    )
    @extend_schema(responses=serializers.MineSerializer, methods=["GET"])
    @action(methods=["get", "put"], **ONE)
    def mine(self, request: Request, pk: str) -> Response:
        """Star and watch of the caller, and whether it helped them."""
        article = self.found(pk)
        if request.method == "PUT":
            form = serializers.MineSerializer(data=request.data)
            form.is_valid(raise_exception=True)
            self._remember(article, form.validated_data)
        mine = {"user_id": self.caller.pk, "article": article}
        vote = Vote.objects.filter(**mine).values_list("helpful", flat=True).first()
        return Response({
            "starred": Reading.objects.filter(**mine, starred=True).exists(),
            "watched": Watch.objects.filter(**mine).exists(),
            "helpful": vote,
        })  # fmt: skip

    def _remember(self, article: Article, wanted: dict[str, Any]) -> None:
        by = self.caller
        if "starred" in wanted:
            search.star(article_id=article.pk, on=wanted["starred"], by=by)
        if "watched" in wanted:
            discussion.watch(on=wanted["watched"], by=by, article=article)
        if "helpful" in wanted:
            discussion.vote(article=article, helpful=wanted["helpful"], by=by)

    @extend_schema(responses=serializers.LinkSerializer(many=True))
    @action(methods=["get"], **ONE)
    def links(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """What the article links to, at most 500."""
        rows = list(Link.objects.filter(source=self.found(pk)).order_by("href")[:MOST])
        readable = Article.objects.visible_to(self.caller).current()
        ids = readable.filter(pk__in=[row.target_id for row in rows]).values_list("pk", flat=True)
        seen = set(ids)
        found = [
            {"href": row.href, "target": row.target_id if row.target_id in seen else None}
            for row in rows
        ]
        return Response(serializers.LinkSerializer(found, many=True).data)

    @extend_schema(responses=serializers.ArticleRowSerializer(many=True))
    @action(methods=["get"], **ONE)
    def backlinks(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """The articles that link to it, as far as the caller may read them, at most 500."""
        readable = Article.objects.visible_to(self.caller).with_parent_for(self.caller)
        readable = readable.select_related("space").for_lists()
        rows = leading_to(readable, self.found(pk).pk).order_by("title", "id")[:MOST]
        return Response(self.get_serializer(rows, many=True).data)

    @extend_schema(responses={(200, "text/html"): OpenApiTypes.STR})
    @action(methods=["get"], **ONE)
    def html(self, request: Request, pk: str) -> HttpResponse:  # noqa: ARG002
        """The article as one HTML file with its pictures inside."""
        return html_of(self.found(pk), self.caller)

    @extend_schema(responses={(200, "text/markdown"): OpenApiTypes.STR})
    @action(methods=["get"], **ONE)
    def markdown(self, request: Request, pk: str) -> HttpResponse:  # noqa: ARG002
        """The article as Markdown with front matter."""
        text = exporting.as_markdown(self.found(pk))
        return HttpResponse(text, content_type="text/markdown; charset=utf-8")

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    @action(methods=["get"], **ONE)
    def zip(self, request: Request, pk: str) -> Any:  # noqa: ARG002
        """The article as Markdown, with its files."""
        found = self.found(pk)
        return zipped(self.caller, found.space, Article.objects.filter(pk=found.pk), found.slug)
