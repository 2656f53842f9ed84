"""Everybody's API tokens in the Django admin: read, and revoked. An account's page makes them."""

# ruff: noqa: ARG002 - Django calls these hooks with parameters a hook need not use
from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone
from unfold.decorators import display

from nexus.api_tokens import operations
from nexus.api_tokens.models import ApiToken
from nexus.signins.admin import ReadOnlyAdmin


class StateFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "live"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Good"), ("no", "Revoked or expired")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        live = ApiToken.objects.live(now=timezone.now())
        match self.value():
            case "yes":
                return queryset.filter(pk__in=live.values("pk"))
            case "no":
                return queryset.exclude(pk__in=live.values("pk"))
        return queryset


@admin.register(ApiToken)
class ApiTokenAdmin(ReadOnlyAdmin):
    list_display = (
        "name", "user", "begins_with", "created_at", "created_by", "expires_at", "last_used_at",
        "revoked_at",
    )  # fmt: skip
    list_filter = (StateFilter,)
    list_select_related = ("user", "created_by")
    fields = list_display
    search_fields = ("name", "user__username", "user__full_name", "=start")
    search_help_text = "Name, user, or the first characters of the token"
    ordering = ("-created_at", "-id")
    actions = ("revoke_selected",)

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        return lookup == "user__id__exact" or super().lookup_allowed(lookup, value, request)

    @display(description="Begins with")
    def begins_with(self, token: ApiToken) -> str:
        return f"{token.start}…"

    @admin.action(description="Revoke: the programs stop working", permissions=["view"])
    def revoke_selected(self, request: HttpRequest, rows: QuerySet[ApiToken]) -> None:
        by: Any = request.user
        for token in rows:
            operations.revoke(token=token, by=by)
        messages.success(request, f"{len(rows)} API tokens are revoked.")
