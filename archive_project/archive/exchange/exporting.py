"""A space as a ZIP of Markdown with front matter, made in memory; it imports again to the same."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable
from uuid import UUID

import yaml

from archive.articles.models import Article
from archive.spaces.models import Space

EPOCH = (2000, 1, 1, 0, 0, 0)  # the same space gives the same bytes


def as_markdown(article: Article, source: str | None = None) -> str:
    """Return ``article`` as a file: YAML front matter, then its Markdown."""
    facts = {
        "title": article.title, "kind": article.kind, "visibility": article.visibility,
        "tags": list(article.tags), "pinned": article.pinned, "position": article.position,
        "slug": article.slug,
        "review_on": article.review_on.isoformat() if article.review_on else None,
    }  # fmt: skip
    front = yaml.safe_dump(facts, allow_unicode=True, sort_keys=False)
    return f"---\n{front}---\n{article.source if source is None else source}"


def as_zip(space: Space, articles: Iterable[Article]) -> bytes:
    """Return the ZIP of ``articles`` (of one space, cut to what its reader may see)."""
    rows = {row.pk: row for row in articles}
    paths = {key: _path(row, rows) for key, row in rows.items()}
    by_slug = {row.slug: paths[key] for key, row in rows.items()}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for key, row in sorted(rows.items(), key=lambda item: paths[item[0]]):
            text = as_markdown(row, _relative(row.source, space, by_slug, paths[key]))
            info = zipfile.ZipInfo(paths[key], EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, text)
    return packed.getvalue()


def _path(row: Article, rows: dict[UUID, Article]) -> str:
    parts = [row.slug]
    while row.parent_id is not None and (above := rows.get(row.parent_id)) is not None:
        parts.append(above.slug)
        row = above
    return "/".join(reversed(parts)) + ".md"


def _relative(source: str, space: Space, by_slug: dict[str, str], path: str) -> str:
    up = "../" * path.count("/")
    address = re.compile(rf"\]\(/articles/{re.escape(space.slug)}/([a-z0-9-]+)(?=[#)\s])")

    def relative(found: re.Match[str]) -> str:
        target = by_slug.get(found[1])
        return f"]({up}{target}" if target else found[0]

    return address.sub(relative, source)
