"""Sign-ins and the audit trail in the Django admin: to be read, and sign-ins to be ended."""

# ruff: noqa: ARG002 - Django calls these hooks with parameters a hook need not use
from __future__ import annotations

import json
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.contrib.filters.admin import ChoicesDropdownFilter, RangeDateTimeFilter
from unfold.decorators import display
from unfold.paginator import InfinitePaginator

from nexus.signins.models import Event, SignIn
from nexus.signins.operations import end_sign_ins

HIDDEN = {"by", "sid"}  # has a column of its own; says nothing to people


class ReadOnlyAdmin(ModelAdmin):
    """Long tables that are written elsewhere; never counted, since that reads all of them."""

    paginator = InfinitePaginator
    show_full_result_count = False
    list_per_page = 50
    list_filter_submit = True

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class EndedFilter(admin.SimpleListFilter):
    title = "state"
    parameter_name = "ended"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("no", "Going on"), ("yes", "Ended")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() is None:
            return queryset
        return queryset.filter(ended_at__isnull=self.value() == "no")


@admin.register(SignIn)
class SignInAdmin(ReadOnlyAdmin):
    list_display = (
        "user", "ip_address", "user_agent", "api_token", "created_at", "last_used_at", "ended_at",
        "ended_reason",
    )  # fmt: skip
    list_filter = (EndedFilter, ("created_at", RangeDateTimeFilter))
    list_select_related = ("user", "api_token")
    search_fields = ("user__username", "user__full_name", "=ip_address")
    search_help_text = "User, or an exact address"
    ordering = ("-last_used_at", "-id")
    actions = ("end_selected",)

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        return lookup == "user__id__exact" or super().lookup_allowed(lookup, value, request)

    @admin.action(description="End, here and in every module", permissions=["view"])
    def end_selected(self, request: HttpRequest, rows: QuerySet[SignIn]) -> None:
        by: Any = request.user
        count = end_sign_ins(sign_ins=rows, reason="ended by an admin", by=by)
        messages.success(request, f"{count} sign-ins are ended.")


@admin.register(Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("at", "kind", "username", "done_by", "ip_address", "client_id", "about")
    list_filter = (("kind", ChoicesDropdownFilter), ("at", RangeDateTimeFilter))
    search_fields = ("=username", "=ip_address", "=client_id")
    search_help_text = "An exact username, address or module"
    ordering = ("-id",)

    def lookup_allowed(self, lookup: str, value: Any, request: Any = None) -> bool:
        return lookup == "user_id__exact" or super().lookup_allowed(lookup, value, request)

    @display(description="Done by", empty_value="")
    def done_by(self, event: Event) -> str:
        return str(event.detail.get("by", ""))

    @display(description="Details")
    def about(self, event: Event) -> str:
        rest = {name: value for name, value in event.detail.items() if name not in HIDDEN}
        return ", ".join(f"{name}: {_text(value)}" for name, value in rest.items())


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
