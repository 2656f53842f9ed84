"""Entity tags of rows without a version: a hash of all that is in them."""

from __future__ import annotations

from hashlib import sha256

from django.db.models import Model


def tag_of(*rows: Model) -> str:
    """Return the strong entity tag of ``rows`` together, such as a type and its fields."""
    facts = [
        [str(getattr(row, field.attname)) for field in row._meta.concrete_fields]  # noqa: SLF001
        for row in rows
    ]
    return f'"{sha256(repr(facts).encode()).hexdigest()[:32]}"'
