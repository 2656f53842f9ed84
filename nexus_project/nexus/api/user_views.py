"""Users over REST: staff see everybody, a client sees nobody but themselves."""

from __future__ import annotations

from typing import Any, ClassVar

import django_filters
from django.db.models import Q
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from hm_auth.access import load_or_404
from hm_auth.permissions import Level
from hm_auth.rest.conditional import PreconditionFailed
from hm_auth.rest.filters import DirectoryFilterSet, StrictBooleanFilter
from hm_auth.rest.permissions import has_capability
from hm_auth.rest.views import RowViewSet
from nexus.accounts import operations
from nexus.accounts.models import User
from nexus.api.user_serializers import NewUser, UserSerializer


class UserFilterSet(DirectoryFilterSet):
    search = django_filters.CharFilter(
        method="filter_search", max_length=200, label="Part of a username, name or e-mail address."
    )
    permission_level = django_filters.ChoiceFilter(
        choices=[(level.value, level.value) for level in Level], label="Exactly this level."
    )
    company = django_filters.UUIDFilter(field_name="company_id", label="Clients of this company.")
    is_active = StrictBooleanFilter(label="Whether they may sign in.")

    class Meta:
        model = User
        fields: tuple[str, ...] = ()

    def filter_search(self, rows: Any, name: str, value: str) -> Any:  # noqa: ARG002
        return rows.filter(
            Q(username__icontains=value) | Q(full_name__icontains=value) | Q(email__icontains=value)
        )


@extend_schema(tags=["users"])
class UserViewSet(RowViewSet):
    """People who sign in; written by admins, and never deleted: set `is_active` to false."""

    queryset = User.objects.all()
    serializer_class = UserSerializer
    filterset_class = UserFilterSet
    capability = "users.manage"
    capabilities: ClassVar[dict[str, str | tuple[str, ...]]] = {
        "list": ("users.view", "account.own"),
        "retrieve": ("users.view", "account.own"),
        "me": "account.own",
    }
    if_match_actions = ("partial_update",)
    problem_statuses = (409,)
    orderings: ClassVar = {
        "name": ("full_name", "id"),
        "updated_at": ("updated_at", "id"),
        "created_at": ("created_at", "id"),
    }

    def get_queryset(self) -> Any:
        user = self.caller
        if has_capability(user, "users.view"):
            return User.objects.all()
        return User.objects.filter(pk=user.pk)

    @action(detail=False)
    def me(self, request: Request) -> Response:  # noqa: ARG002
        """The caller's own account."""
        return self.answer(load_or_404(User.objects.all(), pk=self.caller.pk))

    @extend_schema(request=NewUser, responses={201: UserSerializer})
    def create(self, request: Request) -> Response:
        form = NewUser(data=request.data, context=self.get_serializer_context())
        form.is_valid(raise_exception=True)
        values = {"password": None, **form.validated_data}
        user = operations.create_user(**values, by=self.caller)
        return self.answer(user, status.HTTP_201_CREATED)

    def partial_update(self, request: Request, pk: str) -> Response:
        user = self.matched(request, pk)
        read_at = user.updated_at
        form = self.get_serializer(user, data=request.data, partial=True)
        form.is_valid(raise_exception=True)
        try:
            # Locks in its own order, so it looks for itself whether this is still the row we read.
            changed = operations.update_user(
                user=user, by=self.caller, expected_updated_at=read_at, **form.validated_data
            )
        except operations.ChangedMeanwhile as error:
            raise PreconditionFailed from error
        return self.answer(changed)
