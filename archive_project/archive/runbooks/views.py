"""Runs: start one, follow it, close it, take it along as evidence."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from archive.articles.models import Kind
from archive.pages.requests import load_article
from archive.runbooks import evidence, operations
from archive.runbooks.models import Run, State, Step
from archive.spaces.models import Space
from hm_auth.access import load_or_404, may, requires
from hm_auth.requests import PersonRequest
from hm_auth.ui.keyset import keyset_page

PAGE = 50


class NoteForm(forms.Form):
    note = forms.CharField(required=False, max_length=500)


class RunsForm(forms.Form):
    space = forms.SlugField(required=False)
    state = forms.ChoiceField(required=False, choices=State.choices)


class StartForm(forms.Form):
    space = forms.ModelChoiceField(queryset=Space.objects.none(), label="For", empty_label=None)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        spaces: Any = self.fields["space"]
        spaces.queryset = Space.objects.visible_to(user).order_by("kind", "name")


def load_run(request: PersonRequest, run: uuid.UUID, capability: str = "archive.internal") -> Run:
    """Return the run with its space and article, or 404, or 403 for ``capability``."""
    rows = Run.objects.visible_to(request.user).select_related("space", "article__space")
    found = load_or_404(rows.defer("article__source", "article__html", "article__search"), pk=run)
    if not may(request.user, capability):
        raise PermissionDenied
    return found


@require_safe
@requires("archive.internal")
def runs(request: PersonRequest) -> HttpResponse:
    form = RunsForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    rows = Run.objects.visible_to(request.user).select_related("space").with_progress()
    if space := chosen.get("space"):
        rows = rows.filter(space__slug=space)
    if state := chosen.get("state"):
        rows = rows.filter(state=state)
    page = keyset_page(rows, ("-started_at", "-id"), request.GET.get("after"), PAGE)
    spaces = Space.objects.visible_to(request.user).order_by("name").only("name", "slug")
    context = {"page": page, "form": form, "spaces": spaces}
    return render(request, "archive/runbooks/runs.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("archive.open")
def start(request: PersonRequest, space: str, slug: str) -> HttpResponse:
    article = load_article(request, space, slug, "archive.write")
    if article.kind == Kind.ARTICLE:
        raise Http404
    form = StartForm(request.POST or None, user=request.user, initial={"space": article.space_id})
    if request.method == "POST" and form.is_valid():
        try:
            run = operations.start(
                article=article, space=form.cleaned_data["space"], by=request.user
            )
        except operations.NotPossible as error:
            form.add_error(None, str(error))
        else:
            return redirect("run", run.pk)
    context = {
        "form": form, "title": f"Start “{article}”", "submit_label": "Start",
        "cancel_url": reverse("article", args=[space, slug]),
    }  # fmt: skip
    return render(request, "hm/form.html", context)


@require_safe
@requires("archive.open")
def run(request: PersonRequest, run: uuid.UUID) -> HttpResponse:
    return render(request, "archive/runbooks/run.html", _context(load_run(request, run)))


@require_safe
@requires("archive.open")
def printed(request: PersonRequest, run: uuid.UUID) -> HttpResponse:
    """The same on paper: who did what and when, nothing to press."""
    return render(request, "archive/runbooks/print.html", _context(load_run(request, run)))


@require_safe
@requires("archive.open")
def markdown(request: PersonRequest, run: uuid.UUID) -> HttpResponse:
    found = load_run(request, run)
    text = evidence.as_markdown(found, _steps(found))
    disposition = {"Content-Disposition": f'attachment; filename="run-{found.pk}.md"'}
    return HttpResponse(text, content_type="text/markdown; charset=utf-8", headers=disposition)


@require_safe
@requires("archive.open")
def data(request: PersonRequest, run: uuid.UUID) -> HttpResponse:
    found = load_run(request, run)
    answer = JsonResponse(evidence.as_data(found, _steps(found)))
    answer["Content-Disposition"] = f'attachment; filename="run-{found.pk}.json"'
    return answer


@require_POST
@requires("archive.open")
def tick(request: PersonRequest, run: uuid.UUID, number: int) -> HttpResponse:
    """Mark a step as done; ``undo`` takes the mark back."""
    found = load_run(request, run, "archive.write")
    form = NoteForm(request.POST)
    if not form.is_valid():
        messages.error(request, "A note has at most 500 characters.")
        return redirect("run", run)
    try:
        if "undo" in request.POST:
            operations.untick(run=found, number=number, by=request.user)
        else:
            note = form.cleaned_data["note"]
            operations.tick(run=found, number=number, note=note, by=request.user)
    except Step.DoesNotExist as error:
        raise Http404 from error
    except operations.NotPossible as error:
        messages.error(request, str(error))
    return redirect(f"{reverse('run', args=[run])}#step-{number}")


@require_POST
@requires("archive.open")
def close(request: PersonRequest, run: uuid.UUID, state: str) -> HttpResponse:
    found = load_run(request, run, "archive.write")
    form = NoteForm(request.POST)
    if state not in (State.FINISHED, State.ABANDONED) or not form.is_valid():
        raise Http404
    try:
        operations.close(run=found, state=state, note=form.cleaned_data["note"], by=request.user)
    except operations.NotPossible as error:
        messages.error(request, str(error))
    return redirect("run", run)


def _steps(run: Run) -> list[Step]:
    return list(run.steps.order_by("number"))


def _context(run: Run) -> dict[str, Any]:
    steps = _steps(run)
    return {"run": run, "steps": steps, "done": sum(step.done_at is not None for step in steps)}
