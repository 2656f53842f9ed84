"""What Archive knows about a company, beside the company's page."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from hm_auth import registry
from hm_auth.access import load_or_404, requires
from hm_auth.answers import Caller
from hm_auth.articles import ARCHIVE, render_panel
from nexus.directory.models import Company
from nexus.modules.models import NEXUS, Module
from nexus.pages.requests import PersonRequest
from nexus.signins import minting


@requires("directory.view")
@require_safe
def articles(request: PersonRequest, account_number: str) -> HttpResponse:
    """The panel, filled with what the person may read in Archive."""
    visible = Company.objects.visible_to(request.user)
    company = load_or_404(visible, account_number=account_number.upper())
    archive = _archive(request.user.permission_level)
    return render_panel(
        request,
        archive,
        company.pk,
        caller=_caller(request) if archive else None,
        from_client=NEXUS,
        back=(company.name, reverse("company", args=[company.account_number])),
    )


def _archive(level: str) -> registry.Module | None:
    found: Module | None = Module.objects.open_to(level).filter(client_id=ARCHIVE).first()
    return registry.Module(found.client_id, found.name, found.url) if found else None


def _caller(request: PersonRequest) -> Caller:
    """Return the person as a caller of a module: with the token a module would get for them."""
    user, sid = request.user, request.sign_in.pk
    token = minting.access_token(user=user, sid=sid, client_id=NEXUS)
    return Caller(token, f"{user.pk}:{user.permission_level}:{user.company_id}")
