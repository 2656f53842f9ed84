"""The steps of a runbook, read from its Markdown; pure Python."""

from __future__ import annotations

import re
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token

MOST = 300
LONGEST = 4000
TASK = re.compile(r"^\[[ xX]\]\s+")


@dataclass(frozen=True, slots=True)
class Step:
    """What is to be done, in Markdown, and the heading it stands below ("" for none)."""

    section: str
    text: str


def steps(source: str) -> list[Step]:
    """Return the items of the task lists in ``source``, or else of its ordered lists.

    A nested item is a step of its own, after the one it belongs to. At most MOST steps.
    """
    items = _items(source)
    tasks = [(step, task) for step, _, task in items if task]
    chosen = [step for step, _ in tasks] or [step for step, ordered, _ in items if ordered]
    return chosen[:MOST]


def _items(source: str) -> list[tuple[Step, bool, bool]]:
    """Return every list item: the step, whether its list is ordered, whether it is a task."""
    tokens = MarkdownIt("commonmark").parse(source)
    found: list[tuple[Step, bool, bool]] = []
    section, ordered = "", []
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            section = tokens[index + 1].content
        elif token.type in ("ordered_list_open", "bullet_list_open"):
            ordered.append(token.type == "ordered_list_open")
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            ordered.pop()
        elif token.type == "list_item_open":
            text = _own_text(tokens, index)
            plain = TASK.sub("", text)
            if plain.strip():
                step = Step(section[:200], plain.strip()[:LONGEST])
                found.append((step, ordered[-1], plain != text))
    return found


def _own_text(tokens: list[Token], opened: int) -> str:
    """Return the Markdown of a list item without the lists in it."""
    parts, level, depth = [], tokens[opened].level, 0
    for at in range(opened + 1, len(tokens)):  # a copy of the rest for each costs minutes
        token = tokens[at]
        if token.type == "list_item_close" and token.level == level:
            break
        if token.type in ("ordered_list_open", "bullet_list_open"):
            depth += 1
        elif token.type in ("ordered_list_close", "bullet_list_close"):
            depth -= 1
        elif depth == 0 and token.type == "inline":
            parts.append(token.content)
        elif depth == 0 and token.type in ("fence", "code_block"):
            parts.append(f"````{token.info}\n{token.content}````")
    return "\n\n".join(parts)
