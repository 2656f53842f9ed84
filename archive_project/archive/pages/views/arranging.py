"""Arranging the articles of a space: choose one, then say where it goes."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from archive.articles import placing
from archive.articles.models import Article
from archive.articles.operations import NotPossible
from archive.articles.rules.arranging import STEPS, Move, Order
from archive.articles.rules.tree import tree
from archive.pages.requests import load_space
from archive.spaces.models import Space
from hm_auth.access import requires
from hm_auth.requests import PersonRequest

ICONS = {
    Move.UP: "arrow-up", Move.DOWN: "arrow-down",
    Move.OUT: "list-indent-decrease", Move.IN: "list-indent-increase",
}  # fmt: skip


class MoveForm(forms.Form):
    """Which article, and ``to``: a step, or ``before``, ``behind`` or ``inside`` and an id."""

    article = forms.ModelChoiceField(queryset=Article.objects.none())
    to = forms.RegexField(rf"^({'|'.join(Move)})( [0-9a-f-]{{36}})?$")

    def __init__(self, *args: Any, space: Space, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        article: Any = self.fields["article"]
        article.queryset = placing.in_order(space.pk)

    def clean_to(self) -> tuple[Move, uuid.UUID | None]:
        move, _, other = self.cleaned_data["to"].partition(" ")
        try:
            return Move(move), uuid.UUID(other) if other else None
        except ValueError as error:
            raise forms.ValidationError("There is no such article.") from error


@require_http_methods(["GET", "HEAD", "POST"])
@requires("archive.open")
def arrange(request: PersonRequest, space: str) -> HttpResponse:
    """The tree, its articles to choose from; ``?article=`` is chosen and can be put elsewhere."""
    found = load_space(request, space, "archive.write")
    if request.method == "POST":
        return _move(request, found)
    rows = list(placing.in_order(found.pk))
    chosen = next((row for row in rows if str(row.pk) == request.GET.get("article")), None)
    context = {"space": found, "nodes": tree(rows), "chosen": chosen}
    if chosen is not None:
        order = Order(rows)
        context |= {
            "steps": _steps(order, chosen, request.GET.get("to")),
            "standing": order.standing(chosen.pk),
        }
    return render(request, "archive/arrange.html", context)


def _move(request: PersonRequest, space: Space) -> HttpResponse:
    back = {name: request.POST.get(name, "") for name in ("article", "to")}
    form = MoveForm(request.POST, space=space)
    if form.is_valid():
        move, other_id = form.cleaned_data["to"]
        try:
            placing.arrange(article=form.cleaned_data["article"], move=move, other_id=other_id)
        except NotPossible as error:
            messages.error(request, str(error))
    else:
        messages.error(request, "That article is not here any more.")
    return redirect(f"{reverse('space-arrange', args=[space.slug])}?{urlencode(back)}")


def _steps(order: Order, chosen: Article, last: str | None) -> list[dict[str, Any]]:
    """Return the buttons of the steps; the last one used, or else the first, has the focus."""
    possible = order.steps(chosen.pk)
    focused = last if last in STEPS else STEPS[0]
    return [
        {
            "name": step, "icon": ICONS[step], "possible": step in possible,
            "focused": step == focused,
        }
        for step in STEPS
    ]  # fmt: skip
