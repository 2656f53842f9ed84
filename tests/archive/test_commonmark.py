"""The examples of CommonMark 0.31.2 that need no raw HTML, through the whole renderer.

What is ours on purpose is taken out of both sides: headings begin at the second level, code has
colours, links have a ``rel``, and the allow-list leaves out addresses of unknown schemes.
"""

from __future__ import annotations

import json
import re
from html.parser import HTMLParser
from pathlib import Path

from markdown_it import MarkdownIt

from archive.articles.rendering import render

EXAMPLES = json.loads(
    (Path(__file__).parent / "commonmark" / "examples.json").read_text(encoding="utf-8")
)
# Addresses with schemes that nobody can open safely lose their href: examples of autolinks.
SCHEMES = re.compile(r' href="(?!https?:|mailto:|tel:)[a-z][a-z0-9+.-]*:[^"]*"', re.IGNORECASE)
OURS = {"class", "rel", "tabindex", "id"}


class Shape(HTMLParser):
    """A document as tags, attributes and texts, without what is ours."""

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[object] = []
        self.code = 0

    def handle_starttag(self, tag, attrs):
        self.code += tag == "pre"
        kept = sorted((name, value) for name, value in attrs if name not in OURS)
        if tag != "span":
            self.parts.append((tag, *kept))

    def handle_startendtag(self, tag, attrs):
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag):
        self.code -= tag == "pre"
        if tag != "span":
            self.parts.append(f"/{tag}")

    def handle_data(self, data):
        text = data if self.code else re.sub(r"\s+", " ", data)
        if self.parts and isinstance(self.parts[-1], list):
            self.parts[-1][0] += text
        else:
            self.parts.append([text])


def shape(html: str) -> list[object]:
    reader = Shape()
    reader.feed(html)
    reader.close()
    parts = [[part[0].strip()] if isinstance(part, list) else part for part in reader.parts]
    return [part for part in parts if part != [""]]


def shifted(html: str) -> str:
    """Put the highest heading at the second level, as below a page's title."""
    levels = [int(level) for level in re.findall(r"<h([1-6])>", html)]
    down = 2 - min(levels, default=2)
    return re.sub(r"(</?h)([1-6])>", lambda m: f"{m[1]}{min(int(m[2]) + down, 6)}>", html)


def needs_raw_html(markdown: str) -> bool:
    tokens = MarkdownIt("commonmark").parse(markdown)
    inside = [child for token in tokens for child in token.children or []]
    return any(token.type in ("html_block", "html_inline") for token in [*tokens, *inside])


def test_every_example_without_raw_html_renders_as_the_specification_says():
    assert len(EXAMPLES) == 652
    checked = [each for each in EXAMPLES if not needs_raw_html(each["markdown"])]
    assert len(checked) > 570
    wrong = [
        each["example"]
        for each in checked
        if shape(render(each["markdown"]).html) != shape(SCHEMES.sub("", shifted(each["html"])))
    ]
    assert wrong == []
