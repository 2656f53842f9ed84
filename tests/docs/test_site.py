"""The site is made without a warning, loads nothing from elsewhere, and misses nothing."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from deploy.local import docs
from tests.docs.pages import PAGES

LOADS = {"img": "src", "script": "src", "iframe": "src", "link": "href", "source": "src"}
ELSEWHERE = re.compile(r"(?:url\(|@import|importScripts\(|fetch\()\s*[\"']?(?:https?:)?//[^)]+")


@pytest.fixture(scope="module")
def site(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    docs.build(folder)  # a warning of Sphinx ends it
    return folder


class Addresses(HTMLParser):
    """What a page loads, and where it leads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.leads: list[str] = []
        self.ids: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.ids.add(found.get("id") or "")
        if tag in LOADS and found.get("rel") not in {"next", "prev", "index", "search"}:
            self.loads.append(found.get(LOADS[tag]) or "")
        elif tag == "a":
            self.leads.append(found.get("href") or "")


def test_every_page_is_on_the_site(site):
    for page in PAGES:
        assert (site / page).with_suffix(".html").exists(), page
    assert "docs/index.html" in (site / "index.html").read_text()


def test_it_loads_nothing_from_elsewhere_and_nothing_that_is_missing(site):
    for path in site.rglob("*.html"):
        for address in filter(None, Addresses(path.read_text()).loads):
            parts = urlsplit(address)
            assert not parts.netloc, (path, address)
            assert parts.scheme == "data" or (path.parent / unquote(parts.path)).exists(), address
    for path in [*site.rglob("*.css"), *site.rglob("*.js")]:
        assert ELSEWHERE.findall(path.read_text()) == [], path


def test_its_own_links_lead_somewhere(site):
    pages = {path: Addresses(path.read_text()) for path in site.rglob("*.html")}
    for path, page in pages.items():
        for address in page.leads:
            parts = urlsplit(address)
            if parts.scheme or not address:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert target.exists(), (path, address)
            if parts.fragment and target in pages:
                assert unquote(parts.fragment) in pages[target].ids, (path, address)
