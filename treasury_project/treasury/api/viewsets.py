"""What the lists and rows of Treasury's API have in common: reading, adding, changing, acting."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

import pghistory
from django.db import transaction
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from hm_auth.access import load_or_404
from hm_auth.answers import Caller
from hm_auth.exceptions import HiveMatrixError, NexusRefused
from hm_auth.models import User
from hm_auth.rest.conditional import etag_of_content, require_match
from hm_auth.rest.problems import Conflict, Unavailable
from hm_auth.rest.views import RestView, RowViewSet
from treasury.api.directory import caller_of
from treasury.recorded import recorded
from treasury.retries.api import answer_once

# The refusals of the domain beside "not_possible": each is answered with 409 and its words.
REFUSED = frozenset(
    {"already_recorded", "cannot_credit", "cannot_send", "gone", "not_a_draft", "not_issued"}
)


class TreasuryView(RestView):
    """Knows who acts, tells the history, and how refusals are answered."""

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        # Operations that keep no person, and modules, which are none, are named here.
        name = getattr(self.caller, "display_name", "") or self.caller.username
        pghistory.context(name=str(name))

    @property
    def by(self) -> User | None:
        """The person who acts; None for a module, whose name the history has."""
        return self.caller if isinstance(self.caller, User) else None

    @property
    def nexus_caller(self) -> Caller:
        """Who asks Nexus."""
        return caller_of(self.request)

    def body(self, serializer: Any, **options: Any) -> dict[str, Any]:
        """Return what was sent, checked. Raises ValidationError."""
        context = self.get_serializer_context()
        form = serializer(data=self.request.data, context=context, **options)
        form.is_valid(raise_exception=True)
        checked: dict[str, Any] = form.validated_data
        return checked

    def once(
        self, request: Request, do: Callable[[], Response], *, required: bool = True
    ) -> Response:
        """Answer with ``do``, or as the same request was answered before."""
        return answer_once(request, do, required=required)

    def handle_exception(self, exc: Exception) -> Response:
        """Answer what the domain refuses with 409, and what Nexus refuses us with 503."""
        if isinstance(exc, NexusRefused):  # a wrong secret, or no scope to read the directory
            exc = Unavailable("Treasury may not read this in Nexus; tell its admin.")
        elif isinstance(exc, HiveMatrixError) and exc.code in REFUSED:
            exc = Conflict(str(exc), code=exc.code)
        return super().handle_exception(exc)


class ReadingViewSet(TreasuryView, RowViewSet):
    """A list and its rows, cut to what the caller may see."""

    queryset: Any
    problem_statuses: tuple[int, ...] = ()
    capability = "agreements.view"

    def get_queryset(self) -> Any:
        return self.queryset.all()

    def tag(self, row: Any) -> str:
        return etag_of_content(self.shown(row))

    def answer(self, row: Any, code: int = status.HTTP_200_OK) -> Response:
        """Answer what the caller asked for and may see of ``row``, with its entity tag."""
        whole = self.shown(row)
        asked: Any = self.get_serializer()
        seen = {name: whole[name] for name in asked.fields}
        return Response(seen, code, headers={"ETag": etag_of_content(whole)})

    def shown(self, row: Any) -> dict[str, Any]:
        """Return all of ``row``, whatever ``fields=`` leaves out: what its entity tag is of."""
        serializer: Any = self.get_serializer_class()
        data: dict[str, Any] = serializer(row, context={"request": None, "view": self}).data
        return data

    def matched(self, request: Request, pk: str) -> Any:
        """Return the row, locked, in the version the caller has read."""
        row = load_or_404(self.get_queryset().select_for_update(of=("self",)), pk=pk)
        require_match(request, self.tag(row))
        return row

    def act_once(self, request: Request, pk: str, act: Callable[[Any], object]) -> Response:
        """Answer the row after ``act`` on it; with an Idempotency-Key once only."""

        def do() -> Response:
            act(self.found(pk))
            return self.answer(self.found(pk))

        return self.once(request, do, required=False)


class AddingViewSet(ReadingViewSet):
    """Rows that can be added."""

    capability = "agreements.manage"
    capabilities: ClassVar[dict[str, Any]] = {
        "list": "agreements.view", "retrieve": "agreements.view",
    }  # fmt: skip
    problem_statuses: tuple[int, ...] = (409,)

    @transaction.atomic
    def create(self, request: Request) -> Response:  # noqa: ARG002 - the framework's signature
        row = self.queryset.model(**self.body(self.get_serializer_class()))
        self.save(row)
        return self.answer(self.found(row.pk), status.HTTP_201_CREATED)

    def save(self, row: Any) -> None:
        """Write ``row``. Raises Refused."""
        with recorded(by=self.by, reason="By the API"):
            row.save()


class ChangingMixin:
    """Rows that can be changed, by those who read them in their present version."""

    if_match_actions: tuple[str, ...] = ("partial_update",)

    @transaction.atomic
    def partial_update(self: Any, request: Request, pk: str) -> Response:
        row = self.matched(request, pk)
        form = self.get_serializer(row, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        for name, value in form.validated_data.items():
            setattr(row, name, value)
        self.save(row)
        return self.answer(self.found(row.pk))  # type: ignore[no-any-return]


class RemovingMixin:
    """Rows that can be taken back."""

    if_match_actions: tuple[str, ...] = ("destroy",)

    @transaction.atomic
    def destroy(self: Any, request: Request, pk: str) -> Response:
        self.remove(self.matched(request, pk))
        return Response(status=status.HTTP_204_NO_CONTENT)

    def remove(self: Any, row: Any) -> None:
        """Take ``row`` back. Raises Refused."""
        with recorded(by=self.by, reason="Taken back by the API"):
            row.delete()
