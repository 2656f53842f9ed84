"""Modules in the Django admin: registering one, what it may do, a new secret."""

# ruff: noqa: ARG002 - Django calls these hooks with parameters a hook need not use
from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from unfold.admin import ModelAdmin
from unfold.decorators import action

from hm_auth.access import load_or_404
from nexus.accounts.row_history import RowHistory
from nexus.modules import operations
from nexus.modules.forms import FIELDS, ModuleForm
from nexus.modules.models import NEXUS, Module


@admin.register(Module)
class ModuleAdmin(RowHistory, ModelAdmin):
    form = ModuleForm
    list_display = ("name", "client_id", "url", "position", "is_active")
    list_filter = ("is_active",)
    search_fields = ("name", "client_id")
    ordering = ("position", "name")
    actions_detail = ("new_secret",)

    def get_readonly_fields(self, request: HttpRequest, obj: Module | None = None) -> Any:
        if obj is None:
            return ()
        kept = sorted(operations.KEPT_OF_NEXUS) if obj.client_id == NEXUS else ()
        return ("client_id", *kept)

    def has_delete_permission(self, request: HttpRequest, obj: Module | None = None) -> bool:
        return False  # its name is in the audit trail: switch it off instead

    def save_model(self, request: HttpRequest, obj: Module, form: Any, change: bool) -> None:
        if change:
            stored = Module.objects.get(pk=obj.pk)  # the form has written into ``obj``
            operations.change_module(
                module=stored, by=_by(request), expected_updated_at=form.read_at, **form.changes()
            )
            return
        values = {name: form.cleaned_data[name] for name in FIELDS}
        active = values.pop("is_active")
        made = operations.register_module(
            client_id=form.cleaned_data["client_id"], is_active=active, by=_by(request), **values
        )
        obj.__dict__.update(made.module.__dict__)
        request.new_secret = made.secret  # type: ignore[attr-defined]

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        try:
            page: HttpResponse = super().changeform_view(
                request, object_id, form_url, extra_context
            )
        except ValidationError as error:  # what the form checked has changed in the meantime
            messages.error(request, " ".join(error.messages))
            return redirect(request.path)
        return page

    def response_add(
        self, request: HttpRequest, obj: Module, post_url_continue: str | None = None
    ) -> HttpResponse:
        return _show_secret(request, obj, request.new_secret)  # type: ignore[attr-defined]

    @action(description="New secret", url_path="new-secret", icon="key")
    def new_secret(self, request: HttpRequest, object_id: str) -> HttpResponse:
        others: QuerySet[Module] = Module.objects.exclude(client_id=NEXUS)
        module = load_or_404(others, pk=object_id)
        if request.method == "POST":
            secret = operations.new_secret(module=module, by=_by(request))
            return _show_secret(request, module, secret)
        context = {
            "title": f"A new secret for {module}",
            "question": "The present one stops working at once: the module signs nobody in until "
            "it has the new one in its configuration.",
            "submit_label": "Make a new secret",
            "danger": True,
            "cancel_url": _page(module),
        }
        return render(request, "hm/confirm.html", context)


def _by(request: HttpRequest) -> Any:
    return request.user  # an admin: whoever is not gets no page of the admin


def _show_secret(request: HttpRequest, module: Module, secret: str) -> HttpResponse:
    context = {"module": module, "secret": secret, "back_url": _page(module)}
    # The admin marks every page as not to be stored.
    return render(request, "modules/secret.html", context)


def _page(module: Module) -> str:
    return reverse("admin:modules_module_change", args=(module.pk,))
