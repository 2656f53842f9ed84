"""Articles over REST: reading, writing, their place, the trash, revisions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from archive.api import filters, serializers
from archive.api.article_facets import ArticleFacets
from archive.articles import deleting, operations, placing
from archive.articles.models import Article, Revision
from archive.articles.operations import Draft, Facts
from archive.drafts.operations import publish_new
from archive.spaces.models import Kind, Space
from hm_auth.access import load_or_404
from hm_auth.rest.conditional import PreconditionFailed


@extend_schema(tags=["articles"])
class ArticleViewSet(ArticleFacets):
    """Everybody reads what is theirs; who writes on the pages writes here."""

    queryset = Article.objects.all()
    filterset_class = filters.ArticleFilterSet
    capability = "archive.write"
    capabilities: ClassVar[dict[str, str]] = {
        **dict.fromkeys(
            ("list", "retrieve", "mine", "links", "backlinks", "html"), "archive.open"
        ),
        "delete_for_good": "archive.manage",
        **dict.fromkeys(("revisions", "markdown", "zip"), "archive.internal"),
    }  # fmt: skip
    if_match_actions = (
        "partial_update", "destroy", "restore", "restore_revision", "move", "place",
        "delete_for_good",
    )  # fmt: skip
    problem_statuses = (409,)
    orderings: ClassVar = {"updated_at": ("updated_at", "id"), "created_at": ("created_at", "id")}

    def get_serializer_class(self) -> Any:
        if getattr(self, "action", "") in ("list", "backlinks"):
            return serializers.ArticleRowSerializer
        return serializers.ArticleSerializer

    def get_queryset(self) -> Any:
        rows = Article.objects.visible_to(self.caller).with_parent_for(self.caller)
        return rows.select_related("space").defer("search")

    def list(self, request: Request) -> Response:
        rows = self.get_queryset().for_lists()
        trashed = request.query_params.get("trashed") == "true"
        return self.answer_list(rows.trashed() if trashed else rows.current())

    @extend_schema(
        request=serializers.ArticleNewSerializer, responses={201: serializers.ArticleSerializer}
    )
    def create(self, request: Request) -> Response:
        """Write an article. Files sent before it that its text shows become its own."""
        form = serializers.ArticleNewSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        space = self._space(form.validated_data["space"])
        facts = _facts(Facts(owner_id=self.caller.pk), form.validated_data)
        draft = _draft(form.validated_data, space, facts)
        article = publish_new(space=space, draft=draft, by=self.caller, from_draft=False)
        return self.answer(self.found(str(article.pk)), status.HTTP_201_CREATED)

    @extend_schema(
        request=serializers.ArticleChangeSerializer, responses=serializers.ArticleSerializer
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        """Save over the version in If-Match. 412 when somebody saved meanwhile: nothing is lost."""
        article = self.matched(request, pk)
        form = serializers.ArticleChangeSerializer(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        stored = {
            "title": article.title, "source": article.source, "tags": article.tags,
            "visibility": article.visibility, "parent": article.parent_id,
        }  # fmt: skip
        facts = _facts(Facts.of(article), form.validated_data)
        draft = _draft({**stored, **form.validated_data}, article.space, facts)
        try:
            operations.save(
                article=article, draft=draft, expected_version=article.version, by=self.caller
            )
        except operations.Conflict as error:
            raise PreconditionFailed from error
        return self.answer(self.found(pk))

    def destroy(self, request: Request, pk: str) -> Response:
        """Move to the trash; `restore` brings it back."""
        operations.move_to_trash(article=self.matched(request, pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Take out of the trash."""
        operations.take_from_trash(article=self.matched(request, pk))
        return self.answer(self.found(pk))

    @extend_schema(request=None, responses={204: None})
    @action(detail=True, methods=["post"], url_path="delete-for-good")
    def delete_for_good(self, request: Request, pk: str) -> Response:
        """Delete what is in the trash, with its revisions, comments and files. Administrators'."""
        deleting.delete_for_good(article=self.matched(request, pk), by=self.caller)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=serializers.MoveSerializer)
    @action(detail=True, methods=["post"])
    def move(self, request: Request, pk: str) -> Response:
        """Move to another space with all below it, where they are the staff's until opened."""
        article = self.matched(request, pk)
        form = serializers.MoveSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        operations.move(article=article, space=self._space(form.validated_data["space"]))
        return self.answer(self.found(pk))

    @extend_schema(request=serializers.PlaceSerializer)
    @action(detail=True, methods=["post"])
    def place(self, request: Request, pk: str) -> Response:
        """Put it elsewhere in the tree of its space."""
        article = self.matched(request, pk)
        form = serializers.PlaceSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted = form.validated_data
        placing.place(article=article, parent_id=wanted["parent"], after_id=wanted["after"])
        return self.answer(self.found(pk))

    @extend_schema(responses=serializers.RevisionSerializer(many=True))
    @action(detail=True, methods=["get"], pagination_class=None, filter_backends=())
    def revisions(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """The latest 100 revisions with their texts, the newest first."""
        rows = Revision.objects.filter(article=self.found(pk)).order_by("-number")[:100]
        return Response(serializers.RevisionSerializer(rows, many=True).data)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path=r"revisions/(?P<number>\d{1,9})/restore")
    def restore_revision(self, request: Request, pk: str, number: str) -> Response:
        """Save an old revision as a new one."""
        article = self.matched(request, pk)
        load_or_404(Revision.objects.filter(article=article), number=number)
        try:
            operations.restore_revision(article=article, number=int(number), by=self.caller)
        except operations.Conflict as error:
            raise PreconditionFailed from error
        return self.answer(self.found(pk))

    def _space(self, pk: Any) -> Space:
        space: Space | None = Space.objects.visible_to(self.caller).filter(pk=pk).first()
        if space is None:
            raise ValidationError({"space": ["There is no such space."]})
        return space


def _draft(values: dict[str, Any], space: Space, facts: Facts) -> Draft:
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
        facts=facts,
    )


def _facts(before: Facts, values: dict[str, Any]) -> Facts:
    given: dict[str, Any] = {
        name: values[name] for name in ("kind", "pinned", "review_on") if name in values
    }
    if "owner" in values:
        given["owner_id"] = values["owner"].pk if values["owner"] else None
    return replace(before, **given)
