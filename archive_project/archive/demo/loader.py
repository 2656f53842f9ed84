"""Turn the demo's texts into spaces, articles and revisions, by the ways people write them."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from django.db import transaction

from archive.articles import operations
from archive.articles.models import Article
from archive.articles.operations import Draft
from archive.demo.texts import Text, read
from archive.spaces.models import Space
from archive.spaces.operations import create_space
from hm_auth.models import User

# The ids of the demo's companies and people follow from their names, as Nexus makes them.
NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "demo.hivematrix.example")
SPACES = (
    ("handbook", "Handbook", "internal", None),
    ("help", "Help for clients", "shared", None),
    ("acme", "Acme Manufacturing", "company", "C-1001"),
    ("globex", "Globex Logistics", "company", "C-1002"),
)
WRITERS = (("tech", "Theo Lindqvist", "technician"), ("admin", "Alma Reyes", "admin"))
BEGUN = datetime(2025, 2, 3, 9, 20, tzinfo=UTC)


def demo_id(kind: str, name: str) -> uuid.UUID:
    """Return the id of a demo row in Nexus, such as ``demo_id("company", "C-1001")``."""
    return uuid.uuid5(NAMESPACE, f"{kind}:{name}")


@transaction.atomic
def load() -> int:
    """Write the demo's articles and return how many; 0 when they are there already."""
    if Space.objects.filter(company_id=demo_id("company", "C-1001")).exists():
        return 0
    writers = _writers()
    count = 0
    for file, name, kind, number in SPACES:
        company = demo_id("company", number) if number else None
        space = create_space(name=name, kind=kind, company_id=company)
        titles: dict[str, Article] = {}
        for text in read(file):
            at = BEGUN + timedelta(days=3 * count, minutes=37 * count % 400)
            titles[text.title] = _write(space, text, titles, writers[count % 2 :] + writers, at)
            count += 1
    return count


def _writers() -> list[User]:
    """Return the authors; they have rows here as if they had signed in once."""
    people = [
        User(id=demo_id("user", name), username=name, display_name=full, permission_level=level)
        for name, full, level in WRITERS
    ]
    User.objects.bulk_create(people, ignore_conflicts=True)
    return people


def _write(
    space: Space, text: Text, titles: dict[str, Article], writers: list[User], at: datetime
) -> Article:
    above = titles.get(text.facts.get("below", ""))
    tags = text.facts.get("tags", "")
    drafts = [
        Draft(
            title=text.title,
            source=source,
            tags=tuple(sorted(tag.strip() for tag in tags.split(","))) if tags else (),
            visibility="client" if "open" in text.facts else "internal",
            parent_id=above.pk if above else None,
            comment=comment,
        )
        for comment, source in text.revisions
    ]
    article = operations.create(space=space, draft=drafts[0], by=writers[0], now=at)
    for number, draft in enumerate(drafts[1:], start=1):
        later = at + timedelta(days=11 * number)
        operations.save(
            article=article, draft=draft, expected_version=number, by=writers[1], now=later
        )
    if "pinned" in text.facts:
        Article.objects.filter(pk=article.pk).update(pinned=True)
    return article
