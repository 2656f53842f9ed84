"""Imports as the API takes and shows them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from archive.api.serializers import StrictSerializer
from archive.exchange.models import FileReport, Import
from hm_auth.rest.fields import SparseFieldsMixin


class UploadSerializer(StrictSerializer):
    """A ZIP or a document to import; `dry` only says what would happen, `later` answers at once."""

    file = serializers.FileField()
    dry = serializers.BooleanField(default=False)
    later = serializers.BooleanField(default=False)


class ImportRowSerializer(serializers.Serializer[Any]):
    """What became of a file: new, changed, unchanged, attached, or left out, and why.

    `files` is how many were attached to its article.
    """

    path = serializers.CharField()
    done = serializers.CharField()
    why = serializers.CharField(allow_blank=True)
    files = serializers.IntegerField()


class FileReportSerializer(serializers.ModelSerializer[Any]):
    """The same, kept."""

    done = serializers.CharField(source="result")
    why = serializers.CharField(source="note")

    class Meta:
        model = FileReport
        fields = ("path", "done", "why", "files")
        read_only_fields = fields


class ImportSerializer(SparseFieldsMixin, serializers.ModelSerializer[Any]):
    """An import: `done` of `total` in its `step`; `report` is there for one import only.

    While `checked` it waits to be begun, and the report is what would happen.
    """

    by = serializers.StringRelatedField[Any]()
    report = serializers.SerializerMethodField()
    url = serializers.SerializerMethodField(help_text="Its page, below the address of Archive.")

    class Meta:
        model = Import
        fields = (
            "id", "space", "name", "size", "by", "state", "step", "done", "total", "current",
            "counts", "problem", "created_at", "begun_at", "finished_at", "report", "url",
        )  # fmt: skip
        read_only_fields = fields

    def get_url(self, row: Import) -> str:
        return f"/imports/{row.pk}"

    @extend_schema_field(FileReportSerializer(many=True))
    def get_report(self, row: Import) -> Any:
        if getattr(self.context.get("view"), "action", "") == "list":
            return []
        return FileReportSerializer(row.report.order_by("number"), many=True).data
