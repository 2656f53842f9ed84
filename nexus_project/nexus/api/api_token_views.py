"""API tokens over REST: one's own, and for administrators everybody's."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from hm_auth.rest.conditional import etag_of_content
from hm_auth.rest.filters import StrictBooleanFilter
from hm_auth.rest.views import RowViewSet
from nexus.api.api_token_serializers import ApiTokenSerializer, MadeApiToken, NewApiToken
from nexus.api_tokens import operations
from nexus.api_tokens.models import ApiToken

NO_STORE = {"Cache-Control": "no-store"}  # a secret is in it
NO_OFFSPRING = "A program that signed in with an API token makes none."


class ApiTokenFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    user = django_filters.UUIDFilter(field_name="user_id", label="Tokens of this person.")
    revoked = StrictBooleanFilter(
        field_name="revoked_at", lookup_expr="isnull", exclude=True, label="Whether it was revoked."
    )

    class Meta:
        model = ApiToken
        fields: tuple[str, ...] = ()


@extend_schema(tags=["api-tokens"])
class ApiTokenViewSet(RowViewSet):
    """What programs sign in with, at `/api/token/`."""

    queryset = ApiToken.objects.all()
    serializer_class = ApiTokenSerializer
    filterset_class = ApiTokenFilterSet
    capability = "account.own"
    orderings: ClassVar = {"created_at": ("created_at", "id")}

    def get_queryset(self) -> Any:
        return ApiToken.objects.visible_to(self.caller)

    def tag(self, row: ApiToken) -> str:
        return etag_of_content(self.get_serializer(row).data)

    @extend_schema(request=NewApiToken, responses={201: MadeApiToken})
    def create(self, request: Request) -> Response:
        """Make a token. Its secret is in this answer, as `token`, and never again."""
        form = NewApiToken(data=request.data, context=self.get_serializer_context())
        form.is_valid(raise_exception=True)
        # What has leaked must not outlive its own end.
        if getattr(getattr(request.auth, "sign_in", None), "api_token_id", None):
            raise PermissionDenied(NO_OFFSPRING)
        values = {"user": self.caller, **form.validated_data}
        made = operations.create(**values, by=self.caller)
        body = {**self.get_serializer(made.token).data, "token": made.secret}
        return Response(body, status=status.HTTP_201_CREATED, headers=NO_STORE)

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, pk: str) -> Response:  # noqa: ARG002
        """End a token for good; one that is revoked already stays so."""
        token = self.found(pk)
        operations.revoke(token=token, by=self.caller)
        token.refresh_from_db()
        return self.answer(token)
