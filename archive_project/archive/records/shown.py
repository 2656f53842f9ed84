"""What stands behind the ids in records: names and addresses, as far as the reader may see them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.formats import date_format

from archive.articles.models import Article
from archive.records.models import Field, Record
from archive.records.rules import REFERENCES, FieldKind
from archive.spaces.models import Space
from hm_auth import nexus
from hm_auth.answers import Caller
from hm_auth.exceptions import NexusRefused, NexusUnavailable
from hm_auth.permissions import allows

CONTACTS = "/api/contacts/"
DATE = "j M Y"  # as every page shows one
MOST = 500  # of Nexus's API, for one page


@dataclass(frozen=True, slots=True)
class Value:
    """A value as a page shows it; ``url`` is "" where there is nothing to open."""

    label: str
    text: str
    url: str = ""
    expires: bool = False


class Names:
    """The names behind the references of some records, in at most one query for each kind."""

    def __init__(
        self, records: Iterable[Record], fields: list[Field], *, user: Any, caller: Caller | None
    ) -> None:
        rows = list(records)
        wanted = {kind: _ids(rows, fields, kind) for kind in FieldKind}
        self.found: dict[str, tuple[str, str]] = {}
        self.fields = fields
        if ids := wanted[FieldKind.ARTICLE]:
            articles = Article.objects.visible_to(user).current().for_lists()
            for row in articles.filter(pk__in=ids).select_related("space"):
                address = reverse("article", args=[row.space.slug, row.slug])
                self.found[str(row.pk)] = (row.title, address)
        if ids := wanted[FieldKind.COMPANY]:
            for space in Space.objects.visible_to(user).filter(company_id__in=ids):
                self.found[str(space.company_id)] = (
                    space.name,
                    reverse("space", args=[space.slug]),
                )
        if ids := wanted[FieldKind.CONTACT]:
            self.found |= {key: (name, "") for key, name in contacts(caller, id__in=",".join(ids))}

    def of(self, record: Record) -> list[Value]:
        """Return the values of ``record`` in the order of its fields, the empty ones too."""
        return [self._value(field, record.values.get(str(field.pk), "")) for field in self.fields]

    def _value(self, field: Field, stored: str) -> Value:
        if stored and field.kind in (FieldKind.ARTICLE, FieldKind.COMPANY, FieldKind.CONTACT):
            text, url = self.found.get(stored, ("not to be seen", ""))
            return Value(field.name, text, url)
        url = stored if field.kind == FieldKind.URL else ""
        text = stored
        if stored and field.kind == FieldKind.DATE:
            text = date_format(date.fromisoformat(stored), DATE)
        return Value(field.name, text, url, field.expires)


def values_for(
    records: Iterable[Record], *, user: Any, caller: Caller | None
) -> dict[UUID, dict[str, str | None]]:
    """Return the values of each record, None for a reference to what ``user`` may not see.

    The staff see all. A client sees the values of fields that are there now; of companies they see
    their own, of contacts those Nexus shows them.
    """
    rows = list(records)
    if allows(user.permission_level, "archive.internal"):
        return {row.pk: dict(row.values) for row in rows}
    types = {row.type_id for row in rows}
    fields = list(Field.objects.filter(type__in=types))
    kinds = {str(field.pk): field.kind for field in fields}
    seen = {"", str(user.company_id), *Names(rows, fields, user=user, caller=caller).found}
    return {
        row.pk: {
            key: None if kinds[key] in REFERENCES and value not in seen else value
            for key, value in row.values.items()
            if key in kinds
        }
        for row in rows
    }


def contacts(caller: Caller | None, **filters: str) -> list[tuple[str, str]]:
    """Return (id, name) of the contacts Nexus shows ``caller``; none while it does not answer."""
    question = {"fields": "id,full_name", "include_archived": "true", "limit": str(MOST), **filters}
    try:
        answer = nexus.client.get(CONTACTS, question, caller=caller, optional=True)
    except (NexusRefused, NexusUnavailable):
        return []
    return [(row["id"], row["full_name"]) for row in answer.data["results"]]


def _ids(rows: list[Record], fields: list[Field], kind: str) -> list[str]:
    keys = [str(field.pk) for field in fields if field.kind == kind]
    return sorted({row.values[key] for row in rows for key in keys if row.values.get(key)})[:MOST]
