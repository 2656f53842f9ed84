"""Runs of runbooks over REST: start one, tick its steps, finish it."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from archive.api import filters, serializers
from archive.api.base import RowViewSet
from archive.api.tags import tag_of
from archive.articles.models import Article
from archive.runbooks import operations
from archive.runbooks.models import Run, State, Step
from archive.spaces.models import Space

NOTE = extend_schema(request=serializers.NoteSerializer, responses=serializers.RunSerializer)


@extend_schema(tags=["runs"])
class RunViewSet(RowViewSet):
    """The staff's. A step is ticked by the first who does, a run closed once: 409 after that."""

    queryset = Run.objects.all()
    serializer_class = serializers.RunSerializer
    filterset_class = filters.RunFilterSet
    orderings: ClassVar = {"started_at": ("started_at", "id")}
    capability = "archive.write"
    capabilities: ClassVar = {"list": "archive.internal", "retrieve": "archive.internal"}
    problem_statuses = (409,)

    def get_queryset(self) -> Any:
        return Run.objects.visible_to(self.caller).select_related("space")

    def tag(self, row: Run) -> str:
        return tag_of(row, *row.steps.order_by("number"))

    @extend_schema(request=serializers.RunNewSerializer, responses={201: serializers.RunSerializer})
    def create(self, request: Request) -> Response:
        """Start the runbook `article` for `space`."""
        form = serializers.RunNewSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        articles = Article.objects.visible_to(self.caller).filter(pk=form.validated_data["article"])
        spaces = Space.objects.visible_to(self.caller).filter(pk=form.validated_data["space"])
        article, space = articles.first(), spaces.first()
        if article is None or space is None:
            missing = "article" if article is None else "space"
            raise ValidationError({missing: ["There is none of this id."]})
        run = operations.start(article=article, space=space, by=self.caller)
        return self.answer(run, status.HTTP_201_CREATED)

    @NOTE
    @action(detail=True, methods=["post"], url_path=r"steps/(?P<number>\d{1,4})/tick")
    def tick(self, request: Request, pk: str, number: str) -> Response:
        """Mark a step as done, with a note."""
        return self._step(operations.tick, pk, number, note=self._note(request))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"], url_path=r"steps/(?P<number>\d{1,4})/untick")
    def untick(self, request: Request, pk: str, number: str) -> Response:  # noqa: ARG002
        """Take a mark back; the history keeps it."""
        return self._step(operations.untick, pk, number)

    @NOTE
    @action(detail=True, methods=["post"])
    def finish(self, request: Request, pk: str) -> Response:
        """Finish a run whose steps are all done."""
        return self._close(request, pk, State.FINISHED)

    @NOTE
    @action(detail=True, methods=["post"])
    def abandon(self, request: Request, pk: str) -> Response:
        """Close a run whose steps are not all done."""
        return self._close(request, pk, State.ABANDONED)

    def _step(self, operation: Any, pk: str, number: str, **more: str) -> Response:
        try:
            operation(run=self.found(pk), number=int(number), by=self.caller, **more)
        except Step.DoesNotExist as error:
            raise NotFound from error
        return self.answer(self.found(pk))

    def _close(self, request: Request, pk: str, state: State) -> Response:
        run = self.found(pk)
        operations.close(run=run, state=state, note=self._note(request), by=self.caller)
        return self.answer(self.found(pk))

    def _note(self, request: Request) -> str:
        form = serializers.NoteSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        return str(form.validated_data["note"])
