"""Articles, their files and revisions, and runs as the API shows and takes them."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from archive.articles.models import LONGEST, Article, Kind, Revision, Visibility
from archive.attachments.models import Attachment
from archive.attachments.rules.kinds import LONGEST_NAME
from archive.runbooks.evidence import as_data
from archive.runbooks.models import Run
from hm_auth.models import User
from hm_auth.permissions import CAPABILITIES
from hm_auth.rest.fields import SparseFieldsMixin
from hm_auth.rest.permissions import has_capability


class ArticleRowSerializer(SparseFieldsMixin, serializers.ModelSerializer[Any]):
    """An article in a list: without its text."""

    name = serializers.CharField(source="title", read_only=True)
    url = serializers.SerializerMethodField(help_text="Its page, below the address of Archive.")
    parent = serializers.SerializerMethodField(  # type: ignore[assignment]  # the article's own name
        help_text="What it stands below; null at the top, and when the caller may not read that."
    )

    class Meta:
        model = Article
        internal_capability = "archive.internal"
        internal_fields: ClassVar[tuple[str, ...]] = (
            "visibility", "changed_by", "deleted_at", "owner", "review_on",
        )  # fmt: skip
        fields: tuple[str, ...] = (
            "id", "name", "space", "parent", "position", "slug", "kind", "tags", "pinned",
            "visibility", "owner", "review_on", "version", "changed_by", "created_at",
            "updated_at", "deleted_at", "url",
        )  # fmt: skip
        read_only_fields: tuple[str, ...] = fields

    def get_parent(self, article: Article) -> UUID | None:
        known = has_capability(self.context["request"].user, "archive.internal")
        return article.parent_id if known or getattr(article, "parent_seen", False) else None

    def get_url(self, article: Article) -> str:
        return f"/articles/{article.space.slug}/{article.slug}"


class FoundSerializer(ArticleRowSerializer):
    """An article that was found; `passage` is HTML, escaped, with the words in `<mark>`."""

    passage = serializers.CharField(source="found", read_only=True)

    class Meta(ArticleRowSerializer.Meta):
        fields = (*ArticleRowSerializer.Meta.fields, "passage")
        read_only_fields = fields


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
    kind = serializers.ChoiceField(Kind.choices, default=Kind.ARTICLE)
    pinned = serializers.BooleanField(default=False)
    review_on = serializers.DateField(allow_null=True, default=None)
    owner = serializers.PrimaryKeyRelatedField[User](
        queryset=User.objects.filter(permission_level__in=CAPABILITIES["archive.write"]),
        allow_null=True, required=False, help_text="Whoever makes the article, unless said.",
        pk_field=serializers.UUIDField(),
    )  # fmt: skip


class ArticleNewSerializer(ArticleChangeSerializer):
    """A new article, in one space for good."""

    space = serializers.UUIDField()


class MoveSerializer(StrictSerializer):
    """To which space an article goes, with all below it."""

    space = serializers.UUIDField()


class PlaceSerializer(StrictSerializer):
    """Where an article stands in its space: below `parent`, behind `after` or first."""

    parent = serializers.UUIDField(allow_null=True)  # type: ignore[assignment]  # as above
    after = serializers.UUIDField(allow_null=True, default=None)


class WatchSerializer(StrictSerializer):
    """Whether the caller gets mail of what happens there."""

    watched = serializers.BooleanField()


class MineSerializer(StrictSerializer):
    """What an article is to the caller; what is left out stays."""

    starred = serializers.BooleanField(required=False)
    watched = serializers.BooleanField(required=False)
    helpful = serializers.BooleanField(required=False, allow_null=True)

    def validate_helpful(self, value: bool | None) -> bool:
        if value is None:
            raise serializers.ValidationError("Say true or false.")
        return value


class LinkSerializer(serializers.Serializer[Any]):
    """A link of an article. `target` is null when there is none, or none for the caller."""

    href = serializers.CharField()
    target = serializers.UUIDField(allow_null=True)


class AttachmentSerializer(SparseFieldsMixin, serializers.ModelSerializer[Any]):
    """A file; its bytes are at `url`, below the address of Archive."""

    url = serializers.SerializerMethodField()
    sha256 = serializers.CharField(source="digest", read_only=True)

    class Meta:
        model = Attachment
        internal_capability = "archive.internal"
        internal_fields: ClassVar[tuple[str, ...]] = ("uploaded_by_name", "removed_at", "state")
        fields = (
            "id", "article", "name", "size", "media_type", "sha256", "width", "height",
            "created_at", "url", *internal_fields,
        )  # fmt: skip
        read_only_fields = fields

    def get_url(self, attachment: Attachment) -> str:
        return f"/api/attachments/{attachment.pk}/content/"


class AttachmentNewSerializer(StrictSerializer):
    """A file to attach; `article` may be left out while the article is not there yet."""

    file = serializers.FileField(max_length=10 * LONGEST_NAME)
    article = serializers.UUIDField(allow_null=True, default=None)


class RunNewSerializer(StrictSerializer):
    """Which runbook is started, and for which space."""

    article = serializers.UUIDField()
    space = serializers.UUIDField()


class NoteSerializer(StrictSerializer):
    """A note for the evidence."""

    note = serializers.CharField(max_length=500, allow_blank=True, default="")


class RevisionSerializer(serializers.ModelSerializer[Any]):
    """An article as it was saved once."""

    class Meta:
        model = Revision
        fields = (
            "id", "number", "title", "source", "tags", "visibility", "author_id", "author_name",
            "comment", "created_at",
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
