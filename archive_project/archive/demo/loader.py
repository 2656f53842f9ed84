"""Load the demo: a provider's knowledge base as it is after a good year."""

from __future__ import annotations

import tomllib
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from archive.demo import activity, records
from archive.demo.content import FOLDER, read
from archive.demo.people import demo_id, load_people
from archive.demo.writing import Shelf, shelve, store
from archive.spaces.models import Space
from archive.spaces.operations import create_space


@transaction.atomic
def load(*, now: datetime | None = None) -> int:
    """Write the demo's articles and return how many; 0 when they are there already.

    All dates are counted back from ``now``: the same day gives the same.
    """
    if Space.objects.filter(company_id=demo_id("company", "C-1001")).exists():
        return 0
    today = (now or timezone.now()).replace(hour=0, minute=0, second=0, microsecond=0)
    people = load_people()
    shelf = Shelf(people=people, today=today)
    spaces: dict[str, Space] = {}
    for row in read_table("spaces")["spaces"]:
        number = row.get("company", "")
        space = create_space(
            name=row["name"], kind=row["kind"], language=row.get("language", "english"),
            company_id=demo_id("company", number) if number else None,
        )  # fmt: skip
        spaces[number or row["file"]] = space
        shelve(shelf, space, read(row["file"]))
    store(shelf)
    records.load(read_table("records")["types"], spaces, shelf)
    activity.load(read_table("activity"), spaces, shelf)
    return len(shelf.titles)


def read_table(name: str) -> dict[str, Any]:
    """Return what ``content/<name>.toml`` holds."""
    return tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8"))
