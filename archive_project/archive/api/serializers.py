"""Spaces, articles, revisions, records and runs as the API shows them."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from archive.articles.models import LONGEST, Article, Revision, Visibility
from archive.records.models import Record
from archive.runbooks.evidence import as_data
from archive.runbooks.models import Run
from archive.spaces.models import Space
from hm_auth.rest.fields import SparseFieldsMixin


class SpaceSerializer(SparseFieldsMixin, serializers.ModelSerializer[Any]):
    """A space: of one company, of the staff, or of all clients."""

    url = serializers.SerializerMethodField(help_text="Its page, below the address of Archive.")

    class Meta:
        model = Space
        fields = ("id", "name", "slug", "kind", "company_id", "created_at", "url")
        read_only_fields = fields

    def get_url(self, space: Space) -> str:
        return f"/spaces/{space.slug}"


class ArticleRowSerializer(SparseFieldsMixin, serializers.ModelSerializer[Any]):
    """An article in a list: without its text."""

    name = serializers.CharField(source="title", read_only=True)
    url = serializers.SerializerMethodField(help_text="Its page, below the address of Archive.")

    class Meta:
        model = Article
        internal_capability = "archive.internal"
        internal_fields: ClassVar[tuple[str, ...]] = ("visibility", "changed_by", "deleted_at")
        fields: tuple[str, ...] = (
            "id", "name", "space", "parent", "slug", "kind", "tags", "visibility", "version",
            "changed_by", "created_at", "updated_at", "deleted_at", "url",
        )  # fmt: skip
        read_only_fields: tuple[str, ...] = fields

    def get_url(self, article: Article) -> str:
        return f"/articles/{article.space.slug}/{article.slug}"


class ArticleSerializer(ArticleRowSerializer):
    """An article with its Markdown and the HTML made of it."""

    class Meta(ArticleRowSerializer.Meta):
        fields = (*ArticleRowSerializer.Meta.fields, "source", "html")
        read_only_fields = fields


class StrictSerializer(serializers.Serializer[Any]):
    """Refuses a field that does not exist: a misspelt one must not look saved."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict) and (unknown := data.keys() - self.fields.keys()):
            raise serializers.ValidationError(
                {str(name): ["There is no such field."] for name in unknown}
            )
        return super().to_internal_value(data)


class ArticleChangeSerializer(StrictSerializer):
    """What may be changed of an article; what is left out stays."""

    title = serializers.CharField(max_length=200)
    source = serializers.CharField(  # type: ignore[assignment]  # the article's own name
        max_length=LONGEST, allow_blank=True, trim_whitespace=False, default=""
    )
    tags = serializers.ListField(
        child=serializers.CharField(max_length=40), max_length=20, default=list
    )
    visibility = serializers.ChoiceField(Visibility.choices, default=Visibility.INTERNAL)
    parent = serializers.UUIDField(  # type: ignore[assignment]  # the article's own name
        allow_null=True, default=None
    )
    comment = serializers.CharField(max_length=200, allow_blank=True, default="")


class ArticleNewSerializer(ArticleChangeSerializer):
    """A new article, in one space for good."""

    space = serializers.UUIDField()


class RevisionSerializer(serializers.ModelSerializer[Any]):
    """An article as it was saved once."""

    class Meta:
        model = Revision
        fields = (
            "id", "number", "title", "source", "tags", "visibility", "author_id", "author_name",
            "comment", "created_at",
        )  # fmt: skip
        read_only_fields = fields


class RecordSerializer(SparseFieldsMixin, serializers.ModelSerializer[Any]):
    """A record; `values` maps the id of a field to its value."""

    values = serializers.DictField(child=serializers.CharField(), read_only=True)
    type: Any = serializers.SlugRelatedField(slug_field="slug", read_only=True)

    class Meta:
        model = Record
        internal_capability = "archive.internal"
        internal_fields = ("changed_by", "deleted_at")
        fields = (
            "id", "type", "space", "name", "values", "version", "changed_by", "created_at",
            "updated_at", "deleted_at",
        )  # fmt: skip
        read_only_fields = fields


class RunSerializer(SparseFieldsMixin, serializers.ModelSerializer[Any]):
    """A run; `evidence` holds its steps, and is there for one run only."""

    name = serializers.CharField(source="title", read_only=True)
    evidence = serializers.SerializerMethodField()

    class Meta:
        model = Run
        fields = (
            "id", "name", "article", "revision", "space", "state", "started_by", "started_at",
            "closed_by", "closed_at", "closing_note", "evidence",
        )  # fmt: skip
        read_only_fields = fields

    @extend_schema_field({"type": "object", "nullable": True})
    def get_evidence(self, run: Run) -> Any:
        if getattr(self.context.get("view"), "action", "") == "list":
            return None
        return as_data(run, list(run.steps.order_by("number")))
