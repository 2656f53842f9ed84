"""Markdown to HTML that is safe to show; pure, and run on save, never on view.

Two fences: the parser passes no raw HTML through and refuses dangerous addresses, and what it
makes goes through an allow-list (nh3) that knows nothing of Markdown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from html import escape
from typing import Any

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.footnote import footnote_plugin
from mdit_py_plugins.tasklists import tasklists_plugin
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import get_lexer_by_name
from pygments.util import ClassNotFound

from archive.links.rules.wiki import Target, target, wiki_links
from archive.spaces.rules import Counting

VERSION = 5  # counts up when the same source gives other HTML; ``rerender`` follows it

HEADINGS = ("h2", "h3", "h4", "h5", "h6")
TAGS = {
    *HEADINGS, "p", "br", "hr", "a", "em", "strong", "s", "code", "pre", "blockquote", "ul", "ol",
    "li", "table", "thead", "tbody", "tr", "th", "td", "img", "span", "section", "sup",
    "label", "input",
}  # fmt: skip
ATTRIBUTES = {
    **{tag: {"id"} for tag in HEADINGS},
    "a": {"href", "title", "id", "class"},
    "img": {"src", "alt", "title"},
    "ol": {"start", "class"},
    "li": {"id", "class"},
    "input": {"class", "disabled", "checked"},
    **{tag: {"class"} for tag in ("ul", "code", "pre", "span", "section", "sup", "th", "td", "hr")},
}
# What may be too wide for a phone scrolls, and must be reached by the keyboard to be read.
VALUES: dict[str, dict[str, set[str]]] = {
    "input": {"type": {"checkbox"}},
    "pre": {"tabindex": {"0"}},
    "table": {"tabindex": {"0"}},
}
# Some lexers need the square of the length, or minutes for a long enough line of signs.
LONGEST_COLOURED = 20_000
# ``> [!WARNING]``, as GitHub writes them; the classes are these and no others.
CALLOUTS = ("note", "tip", "important", "warning", "caution")
CALLOUT = re.compile(rf"\[!({'|'.join(CALLOUTS)})\]", re.IGNORECASE)
VALUES["blockquote"] = {"class": {f"ar-callout ar-{kind}" for kind in CALLOUTS}}
SCHEMES = {"http", "https", "mailto", "tel"}


@dataclass(frozen=True, slots=True)
class Heading:
    """An entry of the table of contents; ``level`` is 2 to 6."""

    level: int
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """The HTML of an article, its headings in order, and the articles it links to."""

    html: str
    headings: list[Heading]
    links: list[Target] = field(default_factory=list)


def render(source: str, space: str = "") -> Rendered:
    """Return the safe HTML of the Markdown ``source``, its headings and links.

    ``space`` is the address of its space; without it ``[[wiki links]]`` stay text.
    """
    parser = _parser()
    environment: dict[str, Any] = {"space": space}
    tokens = parser.parse(source, environment)
    headings = _anchor_headings(tokens)
    _mark_callouts(tokens)
    _fit_for_the_page(tokens)
    html = parser.renderer.render(tokens, parser.options, environment)
    return Rendered(html=_clean(html), headings=headings, links=_links(tokens))


@cache
def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False, "highlight": _highlight})
    parser.enable(["table", "strikethrough"])
    parser.use(wiki_links)
    return parser.use(footnote_plugin).use(tasklists_plugin, label=True)


def _clean(html: str) -> str:
    return nh3.clean(
        html,
        tags=TAGS,
        attributes=ATTRIBUTES,
        tag_attribute_values=VALUES,
        url_schemes=SCHEMES,
        link_rel="noopener noreferrer",
        clean_content_tags={"script", "style"},
    )


def _anchor_headings(tokens: Sequence[Token]) -> list[Heading]:
    """Shift headings so that the highest is h2, below the page's title, and anchor each."""
    headings: list[Heading] = []
    highest = min((int(t.tag[1]) for t in tokens if t.type == "heading_open"), default=1)
    free = Counting()
    for index, token in enumerate(tokens):
        if token.type not in ("heading_open", "heading_close"):
            continue
        level = min(int(token.tag[1]) - highest + 2, 6)
        token.tag = f"h{level}"
        if token.type == "heading_open":
            text = _plain(tokens[index + 1])
            # The prefix keeps a heading "Main" from taking the id of a part of the page.
            anchor = free.slug(f"s {text}")
            token.attrSet("id", anchor)
            headings.append(Heading(level=level, anchor=anchor, text=text))
    return headings


def _mark_callouts(tokens: Sequence[Token]) -> None:
    """Give a quotation that begins with ``[!NOTE]`` and the like its class and a title."""
    for quotation, paragraph, inline in zip(tokens, tokens[1:], tokens[2:], strict=False):
        if (quotation.type, paragraph.type) != ("blockquote_open", "paragraph_open"):
            continue
        first, *rest = inline.children or [Token("text", "", 0)]
        found = CALLOUT.fullmatch(first.content) if first.type == "text" else None
        if found is None or (rest and rest[0].type != "softbreak"):
            continue
        kind = found[1].lower()
        quotation.attrSet("class", f"ar-callout ar-{kind}")
        title = Token("text", "", 0, content=kind.capitalize())
        behind = [Token("hardbreak", "br", 0), *rest[1:]] if rest else []
        inline.children = [
            Token("strong_open", "strong", 1), title, Token("strong_close", "strong", -1), *behind,
        ]  # fmt: skip


def _links(tokens: Sequence[Token]) -> list[Target]:
    found: dict[str, Target] = {}
    for child in (child for token in tokens for child in token.children or []):
        href = str(child.attrs.get("href", "")) if child.type == "link_open" else ""
        if named := target(href):
            found[href] = named
    return list(found.values())


def _plain(inline: Token) -> str:
    kept = ("text", "code_inline", "softbreak")
    parts = [child for child in inline.children or [] if child.type in kept]
    return "".join(" " if part.type == "softbreak" else part.content for part in parts).strip()


def _fit_for_the_page(tokens: Sequence[Token]) -> None:
    """Turn the style attributes of table cells to classes: the policy allows no inline style.

    Indented code becomes the kind between fences, and tables can be focused to scroll them.
    """
    for token in tokens:
        if token.type == "code_block":
            token.type = "fence"
        elif token.type == "table_open":
            token.attrSet("tabindex", "0")
        style = token.attrs.pop("style", None) if token.tag in ("th", "td") else None
        if isinstance(style, str):
            token.attrSet("class", f"ar-{style.removeprefix('text-align:')}")


def _highlight(code: str, language: str, _attributes: str) -> str:
    try:
        colour = bool(language) and len(code) <= LONGEST_COLOURED
        lexer = get_lexer_by_name(language) if colour else None
    except ClassNotFound:
        lexer = None
    if lexer is None:
        return f'<pre class="ar-code" tabindex="0"><code>{escape(code)}</code></pre>\n'
    coloured = highlight(code, lexer, HtmlFormatter(nowrap=True))
    return f'<pre class="ar-code" tabindex="0"><code>{coloured}</code></pre>\n'
