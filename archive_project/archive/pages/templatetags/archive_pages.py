"""``{% load archive_pages %}``: what the templates of the pages need to ask."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import RequestContext
from django.utils.safestring import SafeString, mark_safe

from hm_auth.access import may

register = template.Library()


@register.simple_tag(name="may", takes_context=True)
def may_tag(context: RequestContext, capability: str) -> bool:
    """Tell whether the reader has ``capability``: ``{% may "archive.write" as writer %}``."""
    return may(context.request.user, capability)


@register.filter
def rendered(article: Any) -> SafeString:
    """Return the HTML of ``article``, made safe by ``rendering`` when it was saved."""
    return mark_safe(article.html)  # noqa: S308 - nothing else writes this column
