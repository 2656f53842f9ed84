"""Opening a space, changing it, and finding the one of a company."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from archive.articles.operations import NotPossible
from archive.articles.settling import change_space, check_empty, delete_space
from archive.pages.forms import SpaceChangeForm, SpaceForm
from archive.pages.requests import load_space
from archive.spaces.models import Space
from archive.spaces.operations import create_space
from hm_auth import directory
from hm_auth.access import may, requires
from hm_auth.exceptions import NexusRefused, NexusUnavailable
from hm_auth.requests import PersonRequest

DELETION = (
    "Nothing is in it. Addresses its articles had before they were moved elsewhere lead nowhere "
    "then, drafts of new articles are lost, and nothing brings the space back."
)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("archive.open")
def new(request: PersonRequest) -> HttpResponse:
    """A space for a company that Nexus knows, for the staff, or for all clients."""
    if not may(request.user, "archive.write"):
        raise PermissionDenied
    form = SpaceForm(request.POST or None, companies=_without_space(request))
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            space = create_space(
                name=data["name"], kind=data["kind"], company_id=data["company"] or None,
                language=data["language"] or "english",
            )  # fmt: skip
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            return redirect("space", space.slug)
    context = {"form": form, "title": "New space", "cancel_url": reverse("home")}
    return render(request, "hm/form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("archive.open")
def change(request: PersonRequest, space: str) -> HttpResponse:
    """Its name, unless it is a company's, and its language."""
    found = load_space(request, space, "archive.write")
    form = SpaceChangeForm(request.POST or None, space=found)
    if request.method == "POST" and form.is_valid():
        try:
            change_space(space=found, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error.messages)
        else:
            if "language" in form.changed_data:
                messages.info(request, "Search reads the articles anew now, in the background.")
            return redirect("space", found.slug)
    context = {
        "form": form, "title": f"Settings of {found}",
        "cancel_url": reverse("space", args=[found.slug]),
    }  # fmt: skip
    return render(request, "hm/form.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@requires("archive.open")
def delete(request: PersonRequest, space: str) -> HttpResponse:
    """Ask, then delete a space in which nothing is."""
    found = load_space(request, space, "archive.write")
    try:
        if request.method == "POST":
            delete_space(space=found)
            messages.success(request, f"“{found}” is deleted.")
            return redirect("home")
        check_empty(found)
    except NotPossible as error:
        messages.error(request, str(error))
        return redirect("space", found.slug)
    context = {
        "title": f"Delete “{found}”?", "question": DELETION, "danger": True,
        "submit_label": "Delete", "cancel_url": reverse("space", args=[found.slug]),
    }  # fmt: skip
    return render(request, "hm/confirm.html", context)


@require_safe
@requires("archive.open")
def of_company(request: PersonRequest, company: uuid.UUID) -> HttpResponse:
    """Lead from the id that other services keep to the space; home when it has none yet."""
    staff = may(request.user, "archive.internal")
    if not staff and request.user.company_id != company:
        raise Http404
    found = Space.objects.visible_to(request.user).filter(company_id=company).first()
    if found is not None:
        return redirect("space", found.slug)
    messages.info(request, "Nothing has been written about this company yet.")
    return redirect("home")


def _without_space(request: PersonRequest) -> list[tuple[str, str]]:
    taken = set(
        map(str, Space.objects.exclude(company_id=None).values_list("company_id", flat=True))
    )
    try:
        rows = list(directory.iter_companies(request.caller, fields="id,name", ordering="name"))
    except (NexusUnavailable, NexusRefused):
        messages.warning(request, "Nexus does not answer, so no company can be chosen now.")
        return []
    return [(row["id"], row["name"]) for row in rows if row["id"] not in taken]
