"""What people did with the demo's articles: runs, comments, stars, votes, searches, a draft."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from archive.demo.writing import Shelf
from archive.discussion import operations as discussion
from archive.discussion.models import Comment, Vote
from archive.drafts import operations as drafts
from archive.runbooks import operations as runbooks
from archive.runbooks.models import State
from archive.search.models import Miss, Reading
from archive.spaces.models import Space


def load(table: Mapping[str, Any], spaces: Mapping[str, Space], shelf: Shelf) -> None:
    """Write everything of ``activity.toml``. Raises KeyError for an article that is not there."""
    for row in table["runs"]:
        _run(row, spaces, shelf)
    for row in table["comments"]:
        _comment(row, shelf)
    _votes(table["votes"], shelf)
    _reading(table["stars"], table["read"], shelf)
    for title in table["watched"]:
        discussion.watch(on=True, by=shelf.people["tech"], article=shelf.find(title),
                         now=shelf.today)  # fmt: skip
    for company in table["watched_spaces"]:
        discussion.watch(on=True, by=shelf.people["tech"], space=spaces[company], now=shelf.today)
    Miss.objects.bulk_create(
        Miss(text=text, times=times, last_at=shelf.instant(days, text))
        for text, times, days in table["missed"]
    )
    draft = table["draft"]
    drafts.keep(
        space=spaces[draft["space"]], article=None, base_version=None, typed=draft["typed"],
        by=shelf.people["tech"], now=shelf.instant(1, "draft"),
    )  # fmt: skip


def _run(row: Mapping[str, Any], spaces: Mapping[str, Space], shelf: Shelf) -> None:
    by = shelf.people[row["by"]]
    begun = shelf.instant(row["day"], row["article"])
    run = runbooks.start(
        article=shelf.find(row["article"]), space=spaces[row["space"]], by=by, now=begun
    )
    steps = run.steps.count()
    notes = row.get("notes", {})
    at = begun
    for number in range(1, min(row.get("done", steps), steps) + 1):
        at += timedelta(minutes=4 + 7 * number % 19)
        helper = shelf.people[row["helper"]] if "helper" in row and number % 3 == 0 else by
        runbooks.tick(run=run, number=number, note=notes.get(str(number), ""), by=helper, now=at)
    if state := row.get("state"):
        runbooks.close(
            run=run, state=State(state), note=row.get("closing", ""), by=by,
            now=at + timedelta(minutes=5),
        )  # fmt: skip


def _comment(row: Mapping[str, Any], shelf: Shelf) -> None:
    at = shelf.instant(row["day"], row["text"])
    thread: Comment | None = None
    for who, text in [(row["by"], row["text"]), *row.get("answers", [])]:
        made = discussion.comment(
            article=shelf.find(row["article"]), text=text, by=shelf.people[who],
            internal=row.get("internal", False), thread=thread, now=at,
        )  # fmt: skip
        thread = thread or made
        at += timedelta(hours=1, minutes=13)
    if row.get("settled") and thread:
        discussion.resolve(comment=thread, done=True, by=shelf.people[row["settled"]], now=at)


def _votes(votes: Mapping[str, Any], shelf: Shelf) -> None:
    """``+`` helped, ``-`` did not: one sign a person, in the order of the people."""
    Vote.objects.bulk_create(
        Vote(user=user, article=shelf.find(name), helpful=sign == "+",
             at=shelf.instant(5 + number, name))
        for name, signs in votes.items()
        for number, (user, sign) in enumerate(zip(shelf.people.values(), signs, strict=False))
        if sign in "+-"
    )  # fmt: skip


def _reading(stars: Mapping[str, Any], read: Mapping[str, Any], shelf: Shelf) -> None:
    rows: dict[tuple[str, str], Reading] = {}
    for who, names in [*read.items(), *stars.items()]:
        for number, name in enumerate(names):
            rows[who, name] = Reading(
                user=shelf.people[who], article=shelf.find(name),
                seen_at=shelf.instant(1 + number, f"{who} {name}"),
                starred=name in stars.get(who, ()),
            )  # fmt: skip
    Reading.objects.bulk_create(rows.values())
