"""Comments over REST, with the readers and writers they have on the pages."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from archive.api import comment_serializers as serializers
from archive.api import filters
from archive.api.base import RowViewSet
from archive.api.tags import tag_of
from archive.articles.models import Article
from archive.discussion import operations
from archive.discussion.models import Comment
from hm_auth.rest.permissions import has_capability


@extend_schema(tags=["comments"])
class CommentViewSet(RowViewSet):
    """Whoever reads an article may comment on it; one changes and deletes one's own."""

    queryset = Comment.objects.all()
    serializer_class = serializers.CommentSerializer
    filterset_class = filters.CommentFilterSet
    orderings: ClassVar = {"created_at": ("created_at", "id")}
    if_match_actions = ("partial_update", "destroy")
    problem_statuses = (409,)

    def get_queryset(self) -> Any:
        return Comment.objects.visible_to(self.caller)

    def tag(self, row: Comment) -> str:
        return tag_of(row)

    @extend_schema(
        request=serializers.CommentNewSerializer, responses={201: serializers.CommentSerializer}
    )
    def create(self, request: Request) -> Response:
        """Say something about `article`, or below the comment `thread`, whose readers it has."""
        form = serializers.CommentNewSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted = form.validated_data
        articles = Article.objects.visible_to(self.caller).current().select_related("space")
        article = articles.filter(pk=wanted["article"]).first()
        if article is None:
            raise ValidationError({"article": ["There is no such article."]})
        thread = None
        if wanted["thread"] is not None:
            thread = self.get_queryset().filter(pk=wanted["thread"], article=article).first()
            if thread is None:
                raise ValidationError({"thread": ["There is no such comment on the article."]})
        made = operations.comment(
            article=article, text=wanted["text"], internal=wanted["internal"], thread=thread,
            by=self.caller,
        )  # fmt: skip
        return self.answer(made, status.HTTP_201_CREATED)

    @extend_schema(
        request=serializers.CommentChangeSerializer, responses=serializers.CommentSerializer
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change the words of one's own comment."""
        comment = self._allowed(self.found(pk))
        self.matched(request, pk)
        form = serializers.CommentChangeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        operations.edit(comment=comment, text=form.validated_data["text"])
        return self.answer(self.found(pk))

    def destroy(self, request: Request, pk: str) -> Response:
        """Delete one's own comment; administrators may delete what others said."""
        self._allowed(self.found(pk), "archive.manage")
        operations.delete(comment=self.matched(request, pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=serializers.ResolveSerializer)
    @action(detail=True, methods=["post"])
    def resolve(self, request: Request, pk: str) -> Response:
        """Settle a thread, or open it again: its author, and whoever writes articles."""
        comment = self._allowed(self.found(pk), "archive.write")
        form = serializers.ResolveSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        operations.resolve(comment=comment, done=form.validated_data["done"], by=self.caller)
        return self.answer(self.found(pk))

    def _allowed(self, comment: Comment, capability: str = "") -> Comment:
        """Return ``comment`` for its author and who has ``capability``; 403 for others."""
        others = bool(capability) and has_capability(self.caller, capability)
        if comment.author_id != self.caller.pk and not others:
            raise PermissionDenied
        return comment
