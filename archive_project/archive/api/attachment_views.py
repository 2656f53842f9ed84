"""Files over REST: the bytes are served by the same code as on the pages."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from archive.api import filters, serializers
from archive.api.base import RowViewSet
from archive.api.tags import tag_of
from archive.articles.models import Article
from archive.attachments import operations
from archive.attachments.models import Attachment
from archive.attachments.serving import file_answer, thumbnail_answer

BYTES = {(200, "*/*"): OpenApiTypes.BINARY, (206, "*/*"): OpenApiTypes.BINARY}


@extend_schema(tags=["attachments"])
class AttachmentViewSet(RowViewSet):
    """Whoever reads an article reads its files."""

    queryset = Attachment.objects.all()
    serializer_class = serializers.AttachmentSerializer
    filterset_class = filters.AttachmentFilterSet
    orderings: ClassVar = {"created_at": ("created_at", "id"), "name": ("name", "id")}
    capability = "archive.write"
    capabilities: ClassVar = dict.fromkeys(
        ("list", "retrieve", "content", "thumbnail"), "archive.open"
    )
    if_match_actions = ("destroy", "restore")
    problem_statuses = (409,)
    file_actions = ("content", "thumbnail")

    def get_queryset(self) -> Any:
        rows = Attachment.objects.visible_to(self.caller)
        return rows.current() if self.action == "list" else rows

    def tag(self, row: Attachment) -> str:
        return tag_of(row)

    def get_parsers(self) -> Any:
        # The framework asks before it knows the action.
        method = getattr(self.request, "method", "POST")
        return [MultiPartParser()] if method == "POST" else super().get_parsers()

    @extend_schema(
        request={"multipart/form-data": serializers.AttachmentNewSerializer},
        responses={201: serializers.AttachmentSerializer},
    )
    def create(self, request: Request) -> Response:
        """Attach `file` to `article`; without one, to the article whose first text will show it."""
        form = serializers.AttachmentNewSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted, file = form.validated_data["article"], form.validated_data["file"]
        article = None
        if wanted is not None:
            rows = Article.objects.visible_to(self.caller).current()
            article = rows.filter(pk=wanted).first()
            if article is None:
                raise ValidationError({"article": ["There is no such article."]})
        made = operations.attach(name=file.name, content=file, by=self.caller, article=article)
        return self.answer(made, status.HTTP_201_CREATED)

    @extend_schema(responses=BYTES)
    @action(detail=True, methods=["get"], filter_backends=(), pagination_class=None)
    def content(self, request: Request, pk: str) -> Any:
        """The bytes, or the part of them that `Range` names."""
        return file_answer(request._request, self.found(pk))  # noqa: SLF001

    @extend_schema(responses={(200, "image/webp"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"], filter_backends=(), pagination_class=None)
    def thumbnail(self, request: Request, pk: str) -> Any:
        """A small WebP of a picture; what is none has none (404)."""
        row = self.found(pk)
        if not row.is_picture:
            raise NotFound
        return thumbnail_answer(request._request, row)  # noqa: SLF001

    def destroy(self, request: Request, pk: str) -> Response:
        """Take the file off its article; `restore` puts it back."""
        operations.remove(attachment=self.matched(request, pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Put the file back on its article."""
        operations.put_back(attachment=self.matched(request, pk))
        return self.answer(self.found(pk))
