"""Every write to spaces."""

from __future__ import annotations

import uuid

from django.db import connection, transaction

from archive.links import operations as links
from archive.spaces.models import Space
from archive.spaces.rules import slug_for


@transaction.atomic
def create_space(
    *, name: str, kind: str, company_id: uuid.UUID | None = None, language: str = "english"
) -> Space:
    """Open a space; its address follows from its name.

    Raises ValidationError when the company has one already, or a company space names none.
    """
    with connection.cursor() as cursor:  # two at once would find the same address free
        cursor.execute("LOCK TABLE spaces_space IN SHARE ROW EXCLUSIVE MODE")
    taken = set(Space.objects.values_list("slug", flat=True))
    space = Space(
        name=name, kind=kind, company_id=company_id, language=language,
        slug=slug_for(name, taken, fallback="space"),
    )  # fmt: skip
    space.full_clean()
    space.save(force_insert=True)
    links.opened(space=space)
    return space
