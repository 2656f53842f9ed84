"""Spaces over REST, and the articles about a company."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.db import transaction
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from archive.api import filters, serializers, space_serializers
from archive.api.base import RowViewSet
from archive.api.import_serializers import ImportRowSerializer, ImportSerializer, UploadSerializer
from archive.api.tags import tag_of
from archive.articles.models import Article
from archive.articles.settling import change_space, delete_space
from archive.discussion import operations as discussion
from archive.discussion.reading import is_watched
from archive.exchange import files, importing, operations
from archive.exchange.views import zipped
from archive.spaces.models import Kind, Space
from archive.spaces.operations import create_space
from hm_auth import directory
from hm_auth.answers import Caller
from hm_auth.rest.views import RestView

ABOUT = 20


@extend_schema(tags=["spaces"])
class SpaceViewSet(RowViewSet):
    queryset = Space.objects.all()
    serializer_class = space_serializers.SpaceSerializer
    filterset_class = filters.SpaceFilterSet
    orderings: ClassVar = {"name": ("name", "id"), "created_at": ("created_at", "id")}
    capability = "archive.write"
    capabilities: ClassVar = {
        **dict.fromkeys(("list", "retrieve", "mine"), "archive.open"),
        "export": "archive.internal",
    }
    if_match_actions = ("partial_update", "destroy")
    problem_statuses = (409, 503)
    file_actions = ("export",)

    def get_queryset(self) -> Any:
        rows = Space.objects.visible_to(self.caller)
        # Nobody changes what was compared with If-Match before this request has.
        return rows.select_for_update() if self.action in self.if_match_actions else rows

    def tag(self, row: Space) -> str:
        return tag_of(row)

    @extend_schema(
        request=space_serializers.SpaceNewSerializer,
        responses={201: space_serializers.SpaceSerializer},
    )
    def create(self, request: Request) -> Response:
        """Open a space. A company's is named as Nexus knows the company, and there is one each."""
        form = space_serializers.SpaceNewSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted = form.validated_data
        if wanted["company_id"] is not None:
            wanted["name"] = self._company_name(wanted["company_id"])
        return self.answer(create_space(**wanted), status.HTTP_201_CREATED)

    @extend_schema(
        request=space_serializers.SpaceChangeSerializer,
        responses=space_serializers.SpaceSerializer,
    )
    @transaction.atomic
    def partial_update(self, request: Request, pk: str) -> Response:
        """Name it, or say in which language it is written; its address stays."""
        space = self.matched(request, pk)
        form = space_serializers.SpaceChangeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted = {"name": space.name, "language": space.language, **form.validated_data}
        if space.kind == Kind.COMPANY and wanted["name"] != space.name:
            raise ValidationError({"name": ["It follows the company's name in Nexus."]})
        change_space(space=space, **wanted)
        return self.answer(self.found(pk))

    @transaction.atomic
    def destroy(self, request: Request, pk: str) -> Response:
        """Delete a space in which nothing is, in the trash neither."""
        delete_space(space=self.matched(request, pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(
        request=serializers.WatchSerializer, responses=serializers.WatchSerializer, methods=["PUT"]
    )
    @extend_schema(responses=serializers.WatchSerializer, methods=["GET"])
    @action(detail=True, methods=["get", "put"], filter_backends=(), pagination_class=None)
    def mine(self, request: Request, pk: str) -> Response:
        """Whether the caller gets mail of what happens in the space."""
        space = self.found(pk)
        if request.method == "PUT":
            form = serializers.WatchSerializer(data=request.data)
            form.is_valid(raise_exception=True)
            discussion.watch(on=form.validated_data["watched"], by=self.caller, space=space)
        return Response({"watched": is_watched(space, self.caller)})

    @extend_schema(responses={(200, "application/zip"): OpenApiTypes.BINARY})
    @action(detail=True, methods=["get"], filter_backends=(), pagination_class=None)
    def export(self, request: Request, pk: str) -> Any:  # noqa: ARG002
        """The articles and files as a ZIP that imports again to the same."""
        space = self.found(pk)
        return zipped(self.caller, space, Article.objects.filter(space=space), space.slug)

    @extend_schema(
        request={"multipart/form-data": UploadSerializer},
        responses={200: ImportRowSerializer(many=True), 202: ImportSerializer},
    )
    @action(
        detail=True, methods=["post"], url_path="import", parser_classes=[MultiPartParser],
        filter_backends=(), pagination_class=None,
    )  # fmt: skip
    def bring_in(self, request: Request, pk: str) -> Response:
        """Import a file, or only say what that would do; the answer tells of each file.

        With `later` the answer is an import, 202, and the worker does it: ask its address how far
        it is, and begin it after a `dry` one.
        """
        space = self.found(pk)
        form = UploadSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        file, dry = form.validated_data["file"], form.validated_data["dry"]
        name, content = str(file.name), file.read()
        try:
            if form.validated_data["later"]:
                return self._staged(space, name, content, dry=dry)
            read, left_out = files.of_upload(name, content)
            report = importing.run(
                space=space, files=read, left_out=left_out, by=self.caller, dry=dry
            )
        except files.Refused as error:
            raise ValidationError({"file": [str(error)]}) from error
        return Response(ImportRowSerializer(report, many=True).data)

    def _staged(self, space: Space, name: str, content: bytes, *, dry: bool) -> Response:
        made = operations.stage(space=space, name=name, content=content, by=self.caller, dry=dry)
        made.refresh_from_db()
        body = ImportSerializer(made, context=self.get_serializer_context()).data
        address = reverse("api-import-detail", args=[made.pk])
        return Response(body, status.HTTP_202_ACCEPTED, headers={"Location": address})

    def _company_name(self, pk: uuid.UUID) -> str:
        asker: Caller = self.request._request.caller  # type: ignore[attr-defined]  # noqa: SLF001 - of the token or the session
        found = directory.companies(asker, id__in=str(pk), fields="id,name").data["results"]
        if not found:
            raise ValidationError({"company_id": ["Nexus knows no such company."]})
        return str(found[0]["name"])


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
        rows = Article.objects.visible_to(self.caller).with_parent_for(self.caller)
        rows = rows.current().for_lists()
        rows = rows.filter(space__company_id=company).select_related("space")
        latest = rows.order_by("-updated_at", "-id")[:ABOUT]
        return Response(self.get_serializer(latest, many=True).data)
