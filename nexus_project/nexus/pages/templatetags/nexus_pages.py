"""``{% load nexus_pages %}``: what the templates of the pages need to ask."""

from __future__ import annotations

import re
from datetime import date
from urllib.parse import urlencode

from django import template
from django.template import RequestContext

from hm_auth.access import may
from nexus.directory.models import Contact, Location

register = template.Library()


@register.simple_tag(name="may", takes_context=True)
def may_tag(context: RequestContext, capability: str) -> bool:
    """Tell whether the reader has ``capability``: ``{% may "users.manage" as admin %}``."""
    return may(context.request.user, capability)


@register.filter
def active_on(contact: Contact, day: date) -> bool:
    """Tell whether ``contact`` is with the company on ``day``."""
    begun = contact.active_from is None or contact.active_from <= day
    return begun and (contact.active_until is None or day < contact.active_until)


@register.filter
def city_line(location: Location) -> str:
    """Return the last line of an address: "01067 Dresden, Sachsen, DE"."""
    town = f"{location.postal_code} {location.city}".strip()
    return ", ".join(part for part in (town, location.region, location.country) if part)


@register.filter
def website_name(url: str) -> str:
    """Return what people call a website: its address without scheme and final slash."""
    return url.partition("://")[2].removeprefix("www.").rstrip("/")


@register.filter
def map_url(location: Location) -> str:
    """Return the address of a map search for ``location``; empty when there is nothing to find."""
    parts = (location.line1, location.postal_code, location.city, location.region, location.country)
    query = ", ".join(part for part in parts if part)
    return f"https://www.openstreetmap.org/search?{urlencode({'query': query})}" if query else ""


@register.filter
def tel(number: str) -> str:
    """Return ``number`` as a tel: link (RFC 3966): "+353 (0)21 555 x7" is tel:+35321555;ext=7."""
    dialled, _, extension = re.sub(r"e?xt?\.?", "x", number).partition("x")
    # The zero in "+44 (0)20" is for callers inside the country.
    digits = re.sub(r"\D", "", dialled.replace("(0)", "") if "+" in dialled else dialled)
    plus = "+" if dialled.lstrip().startswith("+") else ""
    suffix = f";ext={extension.strip()}" if extension.strip().isdigit() else ""
    return f"tel:{plus}{digits}{suffix}"
