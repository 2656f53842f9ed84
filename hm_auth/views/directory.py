"""A page of the directory, for a module that has no better one yet."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from hm_auth import directory
from hm_auth.access import requires
from hm_auth.exceptions import NexusRefused, NexusUnavailable

FIELDS = "id,account_number,name,status,phone,website"


@require_GET
@requires("directory.view")
def companies(request: HttpRequest) -> HttpResponse:
    """The companies the person may see, as Nexus tells; older data with a notice if it is down."""
    search = request.GET.get("q", "").strip()[:100]
    filters = {"ordering": "name", "limit": "50", "fields": FIELDS}
    if search:
        filters["search"] = search
    if after := request.GET.get("after", "")[:500]:
        filters["cursor"] = after
    nothing_found = f"Nothing was found for “{search}”."
    context: dict[str, object] = {"q": search, "nothing_found": nothing_found}
    try:
        answer = directory.companies(request.caller, **filters)  # type: ignore[attr-defined]
    except NexusRefused as refusal:
        if refusal.code == "invalid":  # a cursor somebody has changed by hand
            return redirect("companies")
        return _silent(request, context)
    except NexusUnavailable:
        return _silent(request, context)
    following = directory.next_filters(answer.data["next"] or "").get("cursor")
    context |= {
        "companies": answer.data["results"],
        "page": {"rows": answer.data["results"], "next": following},
        "stale": answer.stale,
        "as_of": datetime.fromtimestamp(answer.at, tz=UTC),
    }
    return render(request, "hm_auth/companies.html", context)


def _silent(request: HttpRequest, context: dict[str, object]) -> HttpResponse:
    return render(request, "hm_auth/companies.html", {**context, "silent": True}, status=503)
