"""The quick search of the top bar: companies and contacts, two queries."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_safe

from hm_auth.access import requires
from hm_auth.ui.partials import render_page_or_part
from nexus.directory.models import Company, Contact
from nexus.pages.forms import FilterForm
from nexus.pages.requests import PersonRequest

EACH = 8


@requires("directory.internal")
@require_safe
def search(request: PersonRequest) -> HttpResponse:
    form = FilterForm(request.GET)
    text = form.value("q")
    context = {"text": text, "today": timezone.localdate()}
    if text:
        companies = Company.objects.visible_to(request.user).current().search(text)
        contacts = Contact.objects.visible_to(request.user).current().search(text)
        context["companies"] = companies.order_by("sort_name", "id")[:EACH]
        context["contacts"] = contacts.select_related("company").order_by("sort_name", "id")[:EACH]
    return render_page_or_part(
        request, "nexus/search.html", "nexus/parts/search_results.html", context
    )
