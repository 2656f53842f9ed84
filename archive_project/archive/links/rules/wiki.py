"""``[[Title]]``, ``[[Title|words]]`` and ``[[space:Title]]`` in Markdown; pure Python.

They lead to an address that looks the title up when it is followed, so that a page written later,
or renamed, needs no change where it is named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import quote, unquote, urlsplit

from markdown_it import MarkdownIt
from markdown_it.rules_inline import StateInline

WIKI = re.compile(r"\[\[([^\[\]|\n]{1,200})(?:\|([^\[\]\n]{1,200}))?\]\]")
SPACE = re.compile(r"([a-z0-9]+(?:-[a-z0-9]+)*):(?=\S)")
LEADS = re.compile(r"/go/([-\w]+)/(.+)")
ARTICLE = re.compile(r"/articles/([-a-zA-Z0-9_]+)/([-a-zA-Z0-9_]+)/?")
BY_ID = re.compile(r"/articles/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/?")


@dataclass(frozen=True, slots=True)
class Target:
    """What a link names: a space and a title or slug, or an id. ``href`` is how it stands."""

    href: str
    space: str = ""
    title: str = ""
    slug: str = ""
    id: str = ""


def key(title: str) -> str:
    """Return the form in which titles are compared: no capitals, single spaces."""
    return " ".join(title.lower().split())


def wiki_links(parser: MarkdownIt) -> None:
    """Teach ``parser`` the links; ``environment["space"]`` is the space they are written in."""
    parser.inline.ruler.before("link", "wiki_link", _rule)


def target(href: str) -> Target | None:
    """Return what ``href`` names if it is an article of this service, else None."""
    path = unquote(urlsplit(href).path) if href.startswith("/") else ""
    if match := LEADS.fullmatch(path):
        return Target(href=href, space=match[1], title=" ".join(match[2].split()))
    if match := BY_ID.fullmatch(path):
        return Target(href=href, id=match[1])
    if match := ARTICLE.fullmatch(path):
        return Target(href=href, space=match[1], slug=match[2])
    return None


def _rule(state: StateInline, silent: bool) -> bool:
    match = WIKI.match(state.src, state.pos)
    space = state.env.get("space", "")
    if match is None or not space or not match[1].strip():
        return False
    if not silent:
        title = match[1].strip()
        if prefix := SPACE.match(title):
            space, title = prefix[1], title[prefix.end() :]
        token = state.push("link_open", "a", 1)
        token.attrs = {"href": f"/go/{space}/{quote(title, safe='')}"}
        state.push("text", "", 0).content = (match[2] or title).strip()
        state.push("link_close", "a", -1)
    state.pos = match.end()
    return True
