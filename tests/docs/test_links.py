"""No link of the documents leads nowhere: file and heading, in the repository as on the site."""

from __future__ import annotations

import re
from itertools import pairwise
from urllib.parse import unquote, urlsplit

from deploy.local.paths import ROOT
from tests.docs.pages import PAGES, inline, tokens


def anchors(page: str) -> set[str]:
    """Return the anchors of a page's headings, as forges and MyST make them."""
    found: set[str] = set()
    for opening, text in pairwise(tokens(page)):
        if opening.type == "heading_open":
            words = "".join(child.content for child in text.children or ())
            slug = re.sub(r"[^\w\- ]", "", words.strip().lower()).replace(" ", "-")
            found.add(slug if slug not in found else f"{slug}-1")
    return found


def links() -> list[tuple[str, str]]:
    wanted = {"link_open": "href", "image": "src"}
    return [
        (page, str(token.attrGet(wanted[token.type])))
        for page in PAGES
        for token in inline(page)
        if token.type in wanted
    ]


def test_every_link_leads_to_a_file_and_a_heading_that_are_there():
    broken = []
    seen = 0
    for page, target in links():
        parts = urlsplit(target)
        if parts.scheme:
            continue
        seen += 1
        path = (ROOT / page).parent / unquote(parts.path) if parts.path else ROOT / page
        if not path.is_file():
            broken.append((page, target, "no such file"))
        elif parts.fragment:
            name = str(path.resolve().relative_to(ROOT))
            if not name.endswith(".md") or parts.fragment not in anchors(name):
                broken.append((page, target, "no such heading"))
    assert broken == []
    assert seen > 60


def test_every_page_is_reached_from_the_readme():
    every = links()
    reached, waiting = set(), {"README.md"}
    while waiting:
        page = waiting.pop()
        reached.add(page)
        for target in [target for at, target in every if at == page]:
            path = ((ROOT / page).parent / urlsplit(target).path).resolve()
            if path.suffix == ".md" and path.is_relative_to(ROOT):
                waiting |= {str(path.relative_to(ROOT))} - reached
    assert set(PAGES) - reached == set()


def test_an_image_says_what_it_shows_and_is_small():
    for page in PAGES:
        for token in inline(page):
            if token.type == "image":
                assert len(token.content) > 15, (page, token.content)
                size = ((ROOT / page).parent / str(token.attrGet("src"))).stat().st_size
                assert size <= 200_000, (page, size)
