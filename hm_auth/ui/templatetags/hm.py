"""``{% load hm %}``: icons, badges, people and times as every service shows them."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any

from django import template
from django.conf import settings
from django.contrib.messages.storage.base import Message
from django.forms.boundfield import BoundField
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from lucide import IconDoesNotExist
from lucide.templatetags.lucide import lucide

register = template.Library()

FALLBACK_ICON = "box"
# Day before month by name: read the same way by everybody, and short enough for a column.
DATE_ONLY = "j M Y"
DATE_AND_TIME = "j M Y, H:i"
SIZES = {"sm": 14, "md": 16, "lg": 20, "xl": 32}

# What a state means to the eye. The word is always printed too: colour alone says nothing.
TONES = {
    "active": "good",
    "published": "good",
    "paid": "good",
    "prospect": "info",
    "open": "info",
    "technician": "info",
    "admin": "accent",
    "primary": "accent",
    "vip": "accent",
    "draft": "neutral",
    "former": "neutral",
    "archived": "neutral",
    "client": "neutral",
    "billing": "good",
    "overdue": "bad",
    "disabled": "bad",
}
ALERTS = {
    "debug": ("secondary", "info"),
    "info": ("info", "info"),
    "success": ("success", "circle-check"),
    "warning": ("warning", "triangle-alert"),
    "error": ("danger", "circle-alert"),
}


@lru_cache(maxsize=512)
def _icon(name: str, size: str, css_class: str, label: str) -> SafeString:
    attributes: dict[str, object] = {
        "class": f"hm-icon hm-icon-{size} {css_class}".rstrip(),
        "focusable": "false",
        "stroke_width": "1.75",
    }
    attributes |= {"role": "img", "aria_label": label} if label else {"aria_hidden": "true"}
    try:
        svg = lucide(name, size=SIZES[size], **attributes)
    except IconDoesNotExist:
        # A module may be registered with any icon name: its menu entry must not break every page.
        svg = lucide(FALLBACK_ICON, size=SIZES[size], **attributes)
    return mark_safe(svg)  # noqa: S308 - lucide builds it with an XML serialiser, which escapes


@register.simple_tag
def icon(name: str, size: str = "md", css_class: str = "", label: str = "") -> SafeString:
    """Return the lucide icon ``name``; ``size`` is sm, md, lg or xl.

    Screen readers skip it unless it has a ``label``: most icons stand beside their word.
    """
    return _icon(str(name), str(size), str(css_class), str(label))


@register.simple_tag
def badge(value: Any, label: str = "", tone: str = "") -> SafeString:
    """Return a badge such as "Active"; the tone comes from the value unless given."""
    key = str(value).lower()
    text = label or key.replace("_", " ").capitalize()
    return format_html(
        '<span class="hm-badge hm-{}">{}</span>', tone or TONES.get(key, "neutral"), text
    )


@register.simple_tag
def drawn(template_name: str, facts: Hashable = None) -> SafeString:
    """Return a template drawn from ``facts`` and nothing else, the last thousand of them kept.

    The template sees ``facts``: no request, no user, no token. So whoever has equal facts may be
    given the same drawing, and nobody else is. Django's own server draws anew each time.
    """
    draw = _drawn.__wrapped__ if settings.DEBUG else _drawn
    return draw(str(template_name), facts)


@lru_cache(maxsize=1000)
def _drawn(template_name: str, facts: Hashable) -> SafeString:
    return render_to_string(template_name, {"facts": facts})


@register.filter
def control(field: BoundField, autocomplete: str = "") -> SafeString:
    """Return the widget of ``field`` as a Bootstrap control, for forms laid out by hand."""
    attributes: dict[str, str | bool] = {
        "class": "form-control is-invalid" if field.errors else "form-control"
    }
    if autocomplete:
        attributes["autocomplete"] = autocomplete
    if autocomplete == "current-password":
        attributes["data-hm-caps"] = "hm-caps"
    if autocomplete == "username":
        attributes |= {"autocapitalize": "none", "spellcheck": "false", "dir": "auto"}
    return field.as_widget(attrs=attributes)


@register.filter
def person_name(user: Any) -> str:
    """Return what to call ``user``: the display name, the full name, or the username."""
    for attribute in ("display_name", "full_name", "username"):
        if name := getattr(user, attribute, ""):
            return str(name)
    return str(user)


@register.filter
def initials(name: str) -> str:
    """Return one or two letters for an avatar: "Zoë van Dam" gives "ZD", "王小明" gives "王"."""
    words = [word for word in str(name).split() if word[0].isalnum()]
    if not words:
        return "?"
    # Only scripts with capitals are abbreviated to two letters: two Chinese characters are a word.
    first, last = words[0][0], words[-1][0] if len(words) > 1 else ""
    return (first + last).upper() if (first + last).upper() != (first + last).lower() else first


@register.simple_tag
def avatar(name: str, size: str = "md") -> SafeString:
    """Return a hexagon with the initials of ``name``, to stand beside the written name."""
    return format_html(
        '<span class="hm-avatar hm-avatar-{}" aria-hidden="true">{}</span>', size, initials(name)
    )


@register.filter
def timestamp(value: datetime | date | None, form: str = DATE_AND_TIME) -> SafeString | str:
    """Return ``value`` as a ``<time>`` in the service's time zone, with UTC in its title."""
    if value is None:
        return "–"
    if not isinstance(value, datetime):
        form = DATE_ONLY if form == DATE_AND_TIME else form
        return format_html(
            '<time datetime="{}">{}</time>', value.isoformat(), date_format(value, form)
        )
    utc = value.astimezone(UTC)
    return format_html(
        '<time datetime="{}" title="{} UTC">{}</time>',
        utc.strftime("%Y-%m-%dT%H:%M:%SZ"),
        utc.strftime("%Y-%m-%d %H:%M:%S"),
        date_format(timezone.localtime(value), form),
    )


@register.filter
def alert_class(message: Message) -> str:
    """Return Bootstrap's name for the level of a message."""
    return ALERTS.get(message.level_tag, ALERTS["info"])[0]


@register.filter
def alert_icon(message: Message) -> str:
    """Return the icon for the level of a message."""
    return ALERTS.get(message.level_tag, ALERTS["info"])[1]


@register.filter
def level_label(user: Any) -> str:
    """Return the permission level of ``user`` as a word."""
    return str(getattr(user, "permission_level", "") or "").capitalize()
