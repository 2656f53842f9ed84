"""An article as one HTML file, for readers without Archive: pictures inside, nothing fetched."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from archive.articles.models import Article
from archive.attachments import storing
from archive.attachments.models import Attachment

MOST_BYTES = 30 * 1024 * 1024  # of the pictures inside; those beyond stay links
PICTURE = re.compile(r'<img src="/attachments/([0-9a-f-]{36})"')
OWN = re.compile(r'(<a [^>]*?href|<img src)="/(?!/)')


def as_html(article: Article, attachments: Mapping[str, Attachment], *, author: str) -> str:
    """Return ``article`` as one file with its own styles, and a policy that lets it load nothing.

    ``attachments`` are those its reader may see, by id. Links into Archive become whole addresses.
    ``author`` is empty for who may not know it.
    """
    context = {
        "article": article, "author": author, "styles": _styles(),
        "html": mark_safe(body(article.html, attachments)),  # noqa: S308 - of the safe HTML stored
        "address": f"{settings.PUBLIC_URL}/articles/{article.pk}",
    }  # fmt: skip
    return render_to_string("archive/download.html", context)


def pictures_of(html: str) -> list[UUID]:
    """Return the ids of the pictures that stored ``html`` shows."""
    return [UUID(found) for found in PICTURE.findall(html)]


def body(html: str, attachments: Mapping[str, Attachment]) -> str:
    """Return stored, safe ``html`` with its pictures inside and whole addresses."""
    room = MOST_BYTES
    inside: dict[str, str] = {}
    for found in PICTURE.findall(html):
        each = attachments.get(found)
        if found not in inside and each is not None and each.is_picture and each.size <= room:
            room -= each.size
            inside[found] = _data(each)

    def picture(match: re.Match[str]) -> str:
        data = inside.get(match[1])
        return f'<img src="{data}"' if data else match[0]

    return OWN.sub(rf'\1="{settings.PUBLIC_URL}/', PICTURE.sub(picture, html))


def _data(attachment: Attachment) -> str:
    path = storing.path_of(attachment.digest)
    content = b"".join(storing.part(path, 0, attachment.size))
    return f"data:{attachment.media_type};base64,{base64.b64encode(content).decode()}"


def _styles() -> SafeString:
    path = finders.find("archive/paper.css")
    return mark_safe(Path(str(path)).read_text(encoding="utf-8"))  # noqa: S308 - our own file
