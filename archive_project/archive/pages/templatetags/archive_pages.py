"""``{% load archive_pages %}``: what the templates of the pages need to ask."""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import quote

from django import template
from django.template import RequestContext
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe

from hm_auth.access import may

register = template.Library()


@register.simple_tag(name="may", takes_context=True)
def may_tag(context: RequestContext, capability: str) -> bool:
    """Tell whether the reader has ``capability``: ``{% may "archive.write" as writer %}``."""
    return may(context.request.user, capability)


@register.simple_tag
def address(article: Any, url_name: str) -> str:
    """Return an address of ``article``: ``{% address article "article-edit" %}``.

    As ``{% url url_name article.space.slug article.slug %}``, which a page with fifteen of them
    would spend its time on; for patterns that take these two and nothing else.
    """
    before, between, after = _around(url_name)
    return f"{before}{quote(article.space.slug)}{between}{quote(article.slug)}{after}"


@cache
def _around(url_name: str) -> tuple[str, str, str]:
    """Return what an address has before, between and after the two slugs."""
    space, slug = "s-p-a-c-e", "s-l-u-g"
    before, _, rest = reverse(url_name, args=(space, slug)).partition(space)
    between, _, after = rest.partition(slug)
    return before, between, after


@register.filter
def rendered(article: Any) -> SafeString:
    """Return the HTML of ``article``, made safe by ``rendering`` when it was saved."""
    return mark_safe(article.html)  # noqa: S308 - nothing else writes this column
