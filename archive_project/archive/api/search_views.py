"""Search over REST."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from archive.api import serializers
from archive.articles.models import Article
from archive.pages.results import search
from archive.pages.search_form import SearchForm
from archive.search.queries import narrowed
from archive.spaces.models import Space
from hm_auth.rest.views import RestView

PAGES = 3  # of ten results each
NARROWED = {
    "space": "Address of a space, or a part of its name.", "tag": "With this tag.",
    "kind": "article, runbook or template.", "since": "Changed on this day or later (ISO 8601).",
}  # fmt: skip


@extend_schema(tags=["articles"])
class SearchView(RestView):
    """The articles that `q` finds, the best first, at most 30, each with a passage of it."""

    queryset = Article.objects.all()
    serializer_class = serializers.FoundSerializer
    pagination_class = None
    capability = "archive.open"
    query_parameters = ("q", *NARROWED)

    @extend_schema(
        parameters=[
            OpenApiParameter("q", str, required=True, description="Words or a phrase."),
            *(OpenApiParameter(name, str, description=text) for name, text in NARROWED.items()),
        ],
        responses=serializers.FoundSerializer(many=True),
    )
    def get(self, request: Request) -> Response:
        spaces = Space.objects.visible_to(self.caller)
        form = SearchForm(request.query_params, user=self.caller, spaces=spaces)
        if not form.is_valid():
            raise ValidationError(
                {name: [str(text) for text in texts] for name, texts in form.errors.items()}
            )
        text = form.cleaned_data["q"]
        if not text:
            raise ValidationError({"q": ["From 1 to 200 characters."]})
        readable = Article.objects.visible_to(self.caller).with_parent_for(self.caller).current()
        readable = narrowed(readable, form.filters())
        languages = list(spaces.values_list("language", flat=True).distinct())
        rows: list[Article] = []
        for page in range(1, PAGES + 1):
            found = search(readable, text, languages, page)
            for row in found.rows:
                row.article.found = row.passage  # type: ignore[attr-defined]
                rows.append(row.article)
            if not found.more:
                break
        return Response(self.get_serializer(rows, many=True).data)
