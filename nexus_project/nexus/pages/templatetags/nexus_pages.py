"""``{% load nexus_pages %}``: what the templates of the pages need to ask."""

from __future__ import annotations

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
    return contact.is_active_on(day)


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
    """Return ``number`` as a tel: link takes it (RFC 3966): digits and a leading plus."""
    digits = "".join(sign for sign in number if sign.isdigit())
    return f"tel:+{digits}" if number.lstrip().startswith("+") else f"tel:{digits}"
