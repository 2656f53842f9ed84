"""A space as a ZIP of Markdown with front matter and files; it imports again to the same."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from itertools import count
from typing import IO, Any
from urllib.parse import quote
from uuid import UUID

import yaml

from archive.articles.models import Article
from archive.attachments import storing
from archive.attachments.models import Attachment
from archive.exchange.planning import INDEXES
from archive.spaces.models import Space

EPOCH = (2000, 1, 1, 0, 0, 0)  # the same space gives the same bytes
LONGEST = 200  # characters of a path that is made of addresses; Windows unpacks 260
ATTACHED = re.compile(r"\]\(/attachments/([0-9a-f-]{36})(?=[#)\s])")
PACKED = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".zip", ".docx", ".xlsx", ".pdf")


def as_markdown(
    article: Article, source: str | None = None, files: list[dict[str, str]] | None = None
) -> str:
    """Return ``article`` as a file: YAML front matter, then its Markdown."""
    facts: dict[str, Any] = {
        "title": article.title, "kind": article.kind, "visibility": article.visibility,
        "tags": list(article.tags), "pinned": article.pinned, "position": article.position,
        "slug": article.slug,
        "review_on": article.review_on.isoformat() if article.review_on else None,
        "created": article.created_at.isoformat(), "updated": article.updated_at.isoformat(),
    }  # fmt: skip
    if files:
        facts["files"] = files
    front = yaml.safe_dump(facts, allow_unicode=True, sort_keys=False, width=1000)
    return f"---\n{front}---\n{article.source if source is None else source}"


def write_zip(
    out: IO[bytes], space: Space, articles: Iterable[Article], attachments: Iterable[Attachment]
) -> None:
    """Write the ZIP of ``articles`` and their ``attachments`` to ``out``.

    Both are of one space and cut to what their reader may see. Files are written in parts.
    """
    rows = {row.pk: row for row in articles}
    paths = {key: f"{stem}.md" for key, stem in _stems(rows).items()}
    places = _places(attachments, rows, set(paths.values()))
    relative = _Relative(space, {row.slug: paths[key] for key, row in rows.items()}, places)
    of_article: dict[UUID | None, list[Attachment]] = defaultdict(list)
    for attachment, _ in places.values():
        of_article[attachment.article_id].append(attachment)
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for key, row in sorted(rows.items(), key=lambda item: paths[item[0]]):
            listed = [relative.entry(each, paths[key]) for each in of_article[key]]
            text = as_markdown(row, relative.source(row.source, paths[key]), listed)
            archive.writestr(_info(paths[key]), text)
        for attachment, path in sorted(places.values(), key=lambda item: item[1]):
            with archive.open(_info(path, attachment.size), "w") as member:
                for part in storing.part(storing.path_of(attachment.digest), 0, attachment.size):
                    member.write(part)


class _Relative:
    """Links between the files of one ZIP."""

    def __init__(
        self, space: Space, by_slug: Mapping[str, str],
        places: Mapping[UUID, tuple[Attachment, str]],
    ) -> None:  # fmt: skip
        self.by_slug, self.places = by_slug, places
        slug = re.escape(space.slug)
        self.address = re.compile(rf"\]\(/articles/{slug}/([a-z0-9-]+)(?=[#)\s])")

    def source(self, source: str, path: str) -> str:
        """Return ``source`` with relative links to what is in the ZIP."""

        def article(found: re.Match[str]) -> str:
            target = self.by_slug.get(found[1])
            return f"]({_up(path)}{target}" if target else found[0]

        def file(found: re.Match[str]) -> str:
            target = self.places.get(UUID(found[1])) if _is_id(found[1]) else None
            return f"]({_up(path)}{quote(target[1])}" if target else found[0]

        return ATTACHED.sub(file, self.address.sub(article, source))

    def entry(self, attachment: Attachment, path: str) -> dict[str, str]:
        """Return what the front matter of the file at ``path`` says of ``attachment``."""
        _, place = self.places[attachment.pk]
        return {"path": _up(path) + place, "name": attachment.name}


def _places(
    attachments: Iterable[Attachment], rows: Mapping[UUID, Article], taken: set[str]
) -> dict[UUID, tuple[Attachment, str]]:
    """Return where each attachment of ``rows`` lies in the ZIP: ``files/<article>/<name>``."""
    places: dict[UUID, tuple[Attachment, str]] = {}
    ordered = sorted(attachments, key=lambda each: (each.name, each.digest, str(each.pk)))
    for each in ordered:
        if each.article_id is not None and (row := rows.get(each.article_id)):
            path = _free(f"files/{row.slug}", _plain(each.name), taken)
            taken.add(path)
            places[each.pk] = (each, path)
    return places


def _free(folder: str, name: str, taken: set[str]) -> str:
    path, number = f"{folder}/{name}", 2
    while path in taken:
        path, number = f"{folder}/{number}-{name}", number + 1
    return path


def _plain(name: str) -> str:
    """Return ``name`` as any file system and importer takes it."""
    kept = "".join(c if c.isprintable() and c not in '<>:"|?*\\' else "_" for c in name)
    return posixpath.basename(kept) or "file"


def _info(path: str, size: int = 0) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(path, EPOCH)
    info.file_size = size  # decides whether the member may be larger than 2 GiB
    packed = path.lower().endswith(PACKED)
    info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
    return info


def _stems(rows: Mapping[UUID, Article]) -> dict[UUID, str]:
    """Return the path of each article without its ending: folders as the tree.

    A number stands for an address that would make the path too long, or mean the folder itself.
    """
    stems: dict[UUID, str] = {}
    taken: set[str] = set()
    for row in sorted(rows.values(), key=lambda row: (_depth(row, rows), row.slug)):
        above = stems.get(row.parent_id) if row.parent_id else None
        folder = f"{above}/" if above else ""
        stem = f"{folder}{row.slug}"
        if len(stem) > LONGEST or stem in taken or row.slug in INDEXES:
            stem = next(each for n in count(1) if (each := f"{folder}{n}") not in taken)
        taken.add(stem)
        stems[row.pk] = stem
    return stems


def _depth(row: Article, rows: Mapping[UUID, Article]) -> int:
    depth = 0
    while row.parent_id is not None and (above := rows.get(row.parent_id)) is not None:
        row, depth = above, depth + 1
    return depth


def _up(path: str) -> str:
    return "../" * path.count("/")


def _is_id(text: str) -> bool:
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
