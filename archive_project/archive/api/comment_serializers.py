"""Comments as the API shows and takes them."""

from __future__ import annotations

from typing import Any, ClassVar

from rest_framework import serializers

from archive.api.serializers import StrictSerializer
from archive.discussion.models import LONGEST, Comment
from hm_auth.rest.fields import SparseFieldsMixin
from hm_auth.rest.permissions import has_capability


class CommentSerializer(SparseFieldsMixin, serializers.ModelSerializer[Any]):
    """A comment. Clients learn no name of the staff: `author` is "Our staff" for them."""

    author = serializers.SerializerMethodField()

    class Meta:
        model = Comment
        internal_capability = "archive.internal"
        internal_fields: ClassVar[tuple[str, ...]] = (
            "internal", "company_id", "author_id", "resolved_by",
        )  # fmt: skip
        fields = (
            "id", "article", "thread", "text", "author", "by_staff", "created_at", "edited_at",
            "resolved_at", *internal_fields,
        )  # fmt: skip
        read_only_fields = fields

    def get_author(self, comment: Comment) -> str:
        known = has_capability(self.context["request"].user, "archive.internal")
        return comment.author_name if known or not comment.by_staff else "Our staff"


class CommentChangeSerializer(StrictSerializer):
    """The words of a comment, plain text."""

    text = serializers.CharField(max_length=LONGEST)


class CommentNewSerializer(CommentChangeSerializer):
    """A new comment. `internal` is for the staff, and counts for no answer: it has its thread's."""

    article = serializers.UUIDField()
    thread = serializers.UUIDField(allow_null=True, default=None)
    internal = serializers.BooleanField(default=True)


class ResolveSerializer(StrictSerializer):
    """Whether a thread is settled."""

    done = serializers.BooleanField()
