"""Records, and for administrators their types and fields, over REST."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from archive.api import filters
from archive.api import record_serializers as serializers
from archive.api.base import RowViewSet
from archive.api.tags import tag_of
from archive.records import operations
from archive.records.models import Field, Record, RecordType
from archive.spaces.models import Space
from hm_auth.rest.conditional import PreconditionFailed


@extend_schema(tags=["records"])
class RecordViewSet(RowViewSet):
    queryset = Record.objects.all()
    serializer_class = serializers.RecordSerializer
    filterset_class = filters.RecordFilterSet
    orderings: ClassVar = {"name": ("name", "id"), "updated_at": ("updated_at", "id")}
    capability = "archive.write"
    capabilities: ClassVar = {"list": "archive.open", "retrieve": "archive.open"}
    if_match_actions = ("partial_update", "destroy", "restore")
    problem_statuses = (409,)

    def get_queryset(self) -> Any:
        rows = Record.objects.visible_to(self.caller).select_related("type", "space").defer("words")
        return rows.current() if self.action == "list" else rows

    @extend_schema(
        request=serializers.RecordNewSerializer, responses={201: serializers.RecordSerializer}
    )
    def create(self, request: Request) -> Response:
        form = serializers.RecordNewSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        wanted = form.validated_data
        kind = RecordType.objects.visible_to(self.caller).filter(slug=wanted["type"]).first()
        space = Space.objects.visible_to(self.caller).filter(pk=wanted["space"]).first()
        if kind is None or space is None:
            raise ValidationError({"type" if kind is None else "space": ["There is none such."]})
        try:
            record = operations.create_record(
                type=kind, space=space, name=wanted["name"], values=wanted["values"],
                by=self.caller,
            )  # fmt: skip
        except operations.InvalidValues as error:
            raise _refused(error) from error
        return self.answer(record, status.HTTP_201_CREATED)

    @extend_schema(
        request=serializers.RecordChangeSerializer, responses=serializers.RecordSerializer
    )
    def partial_update(self, request: Request, pk: str) -> Response:
        """Save over the version in If-Match; 412 when somebody saved meanwhile."""
        record = self.matched(request, pk)
        form = serializers.RecordChangeSerializer(data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        try:
            operations.save_record(
                record=record, name=form.validated_data.get("name", record.name),
                values=record.values | form.validated_data.get("values", {}),
                expected_version=record.version, by=self.caller,
            )  # fmt: skip
        except operations.InvalidValues as error:
            raise _refused(error) from error
        except operations.Stale as error:
            raise PreconditionFailed from error
        return self.answer(self.found(pk))

    def destroy(self, request: Request, pk: str) -> Response:
        """Move to the trash; `restore` brings it back."""
        operations.move_to_trash(record=self.matched(request, pk), by=self.caller)
        return Response(status=status.HTTP_204_NO_CONTENT)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: str) -> Response:
        """Take out of the trash."""
        operations.take_from_trash(record=self.matched(request, pk), by=self.caller)
        return self.answer(self.found(pk))


@extend_schema(tags=["records"])
class RecordTypeViewSet(RowViewSet):
    """What records there are. Administrators make types; clients see those opened to them."""

    queryset = RecordType.objects.all()
    serializer_class = serializers.RecordTypeSerializer
    orderings: ClassVar = {"name": ("name", "id"), "created_at": ("created_at", "id")}
    capability = "archive.manage"
    capabilities: ClassVar = {"list": "archive.open", "retrieve": "archive.open"}
    if_match_actions = ("partial_update", "destroy")
    problem_statuses = (409,)

    def get_queryset(self) -> Any:
        return RecordType.objects.visible_to(self.caller)

    def tag(self, row: RecordType) -> str:
        return tag_of(row)

    def create(self, request: Request) -> Response:
        form: Any = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        made = operations.save_type(type=form.draft(form.validated_data), by=self.caller)
        return self.answer(made, status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str) -> Response:
        form: Any = self.get_serializer(self.matched(request, pk), data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        operations.save_type(type=form.draft(form.validated_data), by=self.caller)
        return self.answer(self.found(pk))

    def destroy(self, request: Request, pk: str) -> Response:
        """Remove a type without records."""
        operations.delete_type(type=self.matched(request, pk), by=self.caller)
        return Response(status=status.HTTP_204_NO_CONTENT)


@extend_schema(tags=["records"])
class RecordFieldViewSet(RowViewSet):
    """The fields of the types, `type` by its id."""

    queryset = Field.objects.all()
    serializer_class = serializers.FieldSerializer
    filterset_class = filters.FieldFilterSet
    orderings: ClassVar = {"position": ("position", "id"), "name": ("name", "id")}
    capability = "archive.manage"
    capabilities: ClassVar = {"list": "archive.open", "retrieve": "archive.open"}
    if_match_actions = ("partial_update", "destroy")
    problem_statuses = (409,)

    def get_queryset(self) -> Any:
        kinds = RecordType.objects.visible_to(self.caller)
        return Field.objects.filter(type__in=kinds.values("pk")).select_related("type")

    def tag(self, row: Field) -> str:
        return tag_of(row)

    def create(self, request: Request) -> Response:
        """Add a field to a type; position 0 is the last."""
        form: Any = self.get_serializer(data=request.data)
        form.is_valid(raise_exception=True)
        made = operations.save_field(field=form.draft(form.validated_data), by=self.caller)
        return self.answer(made, status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str) -> Response:
        row = self.matched(request, pk)
        form: Any = self.get_serializer(row, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        operations.save_field(field=form.draft(form.validated_data), by=self.caller)
        return self.answer(self.found(pk))

    def destroy(self, request: Request, pk: str) -> Response:
        """Remove a field; its values leave the pages and stay in the history."""
        operations.delete_field(field=self.matched(request, pk), by=self.caller)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _refused(error: operations.InvalidValues) -> ValidationError:
    return ValidationError({"values": {key: [text] for key, text in error.errors.items()}})
