"""Articles over REST: reading, writing, the trash, revisions, search."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.viewsets import ViewSetMixin

from archive.api import filters, serializers
from archive.articles import operations
from archive.articles.models import Article, Revision
from archive.articles.operations import Draft
from archive.pages.results import search
from archive.spaces.models import Kind, Space
from hm_auth.access import load_or_404
from hm_auth.rest.conditional import PreconditionFailed, etag_of, require_match
from hm_auth.rest.filters import StrictFilterBackend
from hm_auth.rest.views import RestView


@extend_schema(tags=["articles"])
class ArticleViewSet(ViewSetMixin, RestView):
    """Everybody reads what is theirs; who writes on the pages writes here."""

    queryset = Article.objects.all()
    filter_backends = (StrictFilterBackend,)
    filterset_class = filters.ArticleFilterSet
    capability = "archive.write"
    capabilities: ClassVar[dict[str, str]] = {
        "list": "archive.open", "retrieve": "archive.open", "revisions": "archive.internal",
    }  # fmt: skip
    if_match_actions = ("partial_update", "destroy", "restore", "restore_revision")
    problem_statuses = (409,)
    orderings: ClassVar = {"updated_at": ("updated_at", "id"), "created_at": ("created_at", "id")}

    def get_serializer_class(self) -> Any:
        if getattr(self, "action", "") == "list":
            return serializers.ArticleRowSerializer
        return serializers.ArticleSerializer

    def get_queryset(self) -> Any:
        return Article.objects.visible_to(self.caller).select_related("space").defer("search")

    def list(self, request: Request) -> Response:  # noqa: ARG002 - the framework's signature
        return self.answer_list(self.get_queryset().current().for_lists())

    def retrieve(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        return self._answer(load_or_404(self.get_queryset(), pk=pk))

    @extend_schema(
        request=serializers.ArticleNewSerializer, responses={201: serializers.ArticleSerializer}
    )
    def create(self, request: Request) -> Response:
        form = serializers.ArticleNewSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        space = (
            Space.objects.visible_to(self.caller).filter(pk=form.validated_data["space"]).first()
        )
        if space is None:
            raise ValidationError({"space": ["There is no such space."]})
        draft = _draft(form.validated_data, space)
        article = operations.create(space=space, draft=draft, by=self.caller)
        return self._answer(article, status.HTTP_201_CREATED)

    @extend_schema(
        request=serializers.ArticleChangeSerializer, responses=serializers.ArticleSerializer
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        """Save over the version in If-Match. 412 when somebody saved meanwhile: nothing is lost."""
        article = self._matched(request, pk)
        form = serializers.ArticleChangeSerializer(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        stored = {
            "title": article.title, "source": article.source, "tags": article.tags,
            "visibility": article.visibility, "parent": article.parent_id,
        }  # fmt: skip
        draft = _draft({**stored, **form.validated_data}, article.space)
        try:
            operations.save(
                article=article, draft=draft, expected_version=article.version, by=self.caller
            )
        except operations.Conflict as error:
            raise PreconditionFailed from error
        return self._answer(load_or_404(self.get_queryset(), pk=pk))

    def destroy(self, request: Request, pk: str) -> Response:
        """Move to the trash; `restore` brings it back."""
        operations.move_to_trash(article=self._matched(request, pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Take out of the trash."""
        operations.take_from_trash(article=self._matched(request, pk))
        return self._answer(load_or_404(self.get_queryset(), pk=pk))

    @extend_schema(responses=serializers.RevisionSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=())
    def revisions(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """The latest 100 revisions with their texts, the newest first."""
        article = load_or_404(self.get_queryset(), pk=pk)
        rows = Revision.objects.filter(article=article).order_by("-number")[:100]
        return Response(serializers.RevisionSerializer(rows, many=True).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path=r"revisions/(?P<number>\d{1,9})/restore")
    def restore_revision(self, request: Request, pk: str, number: str) -> Response:
        """Save an old revision as a new one."""
        article = self._matched(request, pk)
        load_or_404(Revision.objects.filter(article=article), number=number)
        try:
            operations.restore_revision(article=article, number=int(number), by=self.caller)
        except operations.Conflict as error:
            raise PreconditionFailed from error
        return self._answer(load_or_404(self.get_queryset(), pk=pk))

    def _matched(self, request: Request, pk: str) -> Article:
        article: Article = load_or_404(self.get_queryset(), pk=pk)
        require_match(request, etag_of(article))
        return article

    def _answer(self, row: Article, code: int = status.HTTP_200_OK) -> Response:
        return Response(self.get_serializer(row).data, code, headers={"ETag": etag_of(row)})


PAGES = 3  # of ten results each


@extend_schema(tags=["articles"])
class SearchView(RestView):
    """The articles that `q` finds, the best first, at most 30."""

    queryset = Article.objects.all()
    serializer_class = serializers.ArticleRowSerializer
    pagination_class = None
    capability = "archive.open"
    query_parameters = ("q",)

    @extend_schema(
        parameters=[OpenApiParameter("q", str, required=True, description="Words or a phrase.")],
        responses=serializers.ArticleRowSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        text = request.query_params.get("q", "")
        if not text or len(text) > 200:
            raise ValidationError({"q": ["From 1 to 200 characters."]})
        readable = Article.objects.visible_to(self.caller).current()
        spaces = Space.objects.visible_to(self.caller)
        languages = list(spaces.values_list("language", flat=True).distinct())
        rows: list[Article] = []
        for page in range(1, PAGES + 1):
            found = search(readable, text, languages, page)
            rows += [row.article for row in found.rows]
            if not found.more:
                break
        return Response(self.get_serializer(rows, many=True).data)


def _draft(values: dict[str, Any], space: Space) -> Draft:
    """Return what the pages' form would give for the same values."""
    tags = {" ".join(tag.lower().split()) for tag in values["tags"]} - {""}
    closed = space.kind == Kind.INTERNAL
    return Draft(
        title=values["title"],
        source=values["source"].replace("\r\n", "\n").replace("\r", "\n"),
        tags=tuple(sorted(tags)),
        visibility="internal" if closed else values["visibility"],
        parent_id=values["parent"],
        comment=values.get("comment", ""),
    )
