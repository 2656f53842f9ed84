"""What Archive knows about a client, beside the client's page."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from hm_auth import registry
from hm_auth.access import may, requires
from hm_auth.articles import ARCHIVE, render_panel
from hm_auth.conf import conf
from hm_auth.requests import PersonRequest


@requires("treasury.open")
@require_safe
def articles(request: PersonRequest, company_id: uuid.UUID) -> HttpResponse:
    """The panel, filled with what the person may read in Archive."""
    if not may(request.user, "usage.view") and request.user.company_id != company_id:
        raise Http404
    return render_panel(
        request,
        registry.opened(ARCHIVE, request.user.claims, request.caller.token),
        company_id,
        caller=request.caller,
        from_client=conf.client_id,
        back=("this client", reverse("client", args=[company_id])),
    )
