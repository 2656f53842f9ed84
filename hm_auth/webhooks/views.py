"""The pages: endpoints, one endpoint with its log."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from hm_auth.access import load_or_404, requires
from hm_auth.ui.keyset import keyset_page
from hm_auth.webhooks import conf, operations
from hm_auth.webhooks.forms import EndpointForm
from hm_auth.webhooks.models import Endpoint, Message

METHODS = ["GET", "HEAD", "POST"]


def keeps_endpoints(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Let a page answer only who has the capability that the settings name."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        return requires(conf.capability())(view)(request, *args, **kwargs)

    return guarded


@keeps_endpoints
@require_safe
def endpoints(request: HttpRequest) -> HttpResponse:
    rows = Endpoint.objects.order_by("url", "id")
    return render(request, "hm_webhooks/endpoints.html", {"endpoints": rows})


@keeps_endpoints
@require_http_methods(METHODS)
def add(request: HttpRequest) -> HttpResponse:
    form = EndpointForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        row, secret = operations.add(url=data["url"], events=data["events"], note=data["note"])
        return _secret(request, row, secret)
    context = {"form": form, "title": "New webhook", "cancel_url": reverse("webhooks")}
    return render(request, "hm/form.html", context)


@keeps_endpoints
@require_safe
def endpoint(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    row = load_or_404(Endpoint.objects.all(), pk=pk)
    log = Message.objects.filter(endpoint=row)
    page = keyset_page(log, ("-created_at", "-id"), request.GET.get("after"), 30)
    words = [conf.events().get(event, event) for event in row.events]
    context = {"endpoint": row, "page": page, "words": words}
    return render(request, "hm_webhooks/endpoint.html", context)


@keeps_endpoints
@require_http_methods(METHODS)
def edit(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    row = load_or_404(Endpoint.objects.all(), pk=pk)
    form = EndpointForm(request.POST or None, instance=row)
    here = reverse("webhook", args=[pk])
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Saved.")
        return redirect(here)
    context = {"form": form, "title": "Edit webhook", "cancel_url": here}
    return render(request, "hm/form.html", context)


@keeps_endpoints
@require_http_methods(METHODS)
def remove(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    row = load_or_404(Endpoint.objects.all(), pk=pk)
    if request.method == "POST":
        row.delete()
        messages.success(request, f"{row.url} is told nothing any more.")
        return redirect("webhooks")
    context = {
        "title": "Remove this webhook?",
        "question": f"{row.url} is told nothing any more, and its log goes.",
        "submit_label": "Remove",
        "cancel_url": reverse("webhook", args=[pk]),
        "danger": True,
    }
    return render(request, "hm/confirm.html", context)


@keeps_endpoints
@require_http_methods(METHODS)
def renew(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    row = load_or_404(Endpoint.objects.all(), pk=pk)
    if request.method == "POST":
        return _secret(request, row, operations.renew_secret(row))
    context = {
        "title": "Make a new secret?",
        "question": "The old one is worth nothing from then on: put the new one there at once.",
        "submit_label": "Make a new secret",
        "cancel_url": reverse("webhook", args=[pk]),
    }
    return render(request, "hm/confirm.html", context)


@keeps_endpoints
@require_POST
def test(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    row = load_or_404(Endpoint.objects.all(), pk=pk)
    message = operations.send_test(row)
    if message.delivered_at:
        messages.success(request, f"It answered {message.status_code}.")
    else:
        messages.error(request, f"It did not work: {message.error}")
    return redirect("webhook", pk)


@keeps_endpoints
@require_POST
def again(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    message = load_or_404(Message.objects.select_related("endpoint"), pk=pk)
    operations.send_again(message)
    messages.success(request, "It is sent again.")
    return redirect("webhook", message.endpoint_id)


def _secret(request: HttpRequest, row: Endpoint, secret: str) -> HttpResponse:
    context = {"endpoint": row, "secret": secret}
    return render(request, "hm_webhooks/secret.html", context)
