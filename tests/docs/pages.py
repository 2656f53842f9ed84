"""The documents, and the blocks of commands and of Python in them."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from deploy.local.paths import ROOT

PAGES = sorted(
    str(path.relative_to(ROOT))
    for pattern in ("*.md", "docs/**/*.md", "hm_auth/README.md")
    for path in ROOT.glob(pattern)
)

# The fences of CONTRIBUTING, "Documents": what a test runs, and what it cannot run.
RUN = {"sh", "python"}
NOT_RUN = {"sh clone", "sh server", "python part"}
DATA = {"", "django", "json", "promql", "text", "yaml", "{toctree}"}

# Whose "sh" and "python" are run, in this order: the first has the variables the others go on with.
# A page is added here on purpose, since its commands run on the machine of whoever runs the tests.
EXECUTED = ("docs/api.md", "docs/archive.md")


@dataclass(frozen=True, slots=True)
class Block:
    """A block of a page: what is behind its fence, and its text."""

    page: str
    line: int
    kind: str
    text: str

    @property
    def place(self) -> str:
        return f"{self.page}:{self.line}"


@functools.cache
def tokens(page: str) -> list[Token]:
    return MarkdownIt().enable("table").parse((ROOT / page).read_text(encoding="utf-8"))


def blocks(page: str) -> Iterator[Block]:
    """Yield the blocks of code of a page, in its order; an indented one has the kind "indented"."""
    for token in tokens(page):
        if token.type in {"fence", "code_block"} and token.map:
            kind = token.info.strip() if token.type == "fence" else "indented"
            yield Block(page, token.map[0] + 1, kind, token.content)


def inline(page: str) -> Iterator[Token]:
    """Yield what stands inside the lines of a page: text, links, code."""
    for token in tokens(page):
        yield from token.children or ()


def read(name: str) -> str:
    return Path(ROOT / name).read_text(encoding="utf-8")
