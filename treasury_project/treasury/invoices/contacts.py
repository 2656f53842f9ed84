"""The contacts of Nexus as presences: read in bulk, once a run, if somebody counts them."""

from __future__ import annotations

import uuid
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from hm_auth import directory
from hm_auth.answers import Caller
from treasury.billing_rules.facts import Presence, Treatment
from treasury.billing_rules.periods import DateRange
from treasury.catalogue.quantities import CONTACT
from treasury.usage.models import ContactBilling

FIELDS = "id,company,full_name,active_from,active_until,archived_at,updated_at"


@dataclass(frozen=True, slots=True)
class Contact:
    """A person at a company; ``active`` None means that they never were there on any day."""

    id: uuid.UUID
    name: str
    active: DateRange | None
    changed_at: datetime


@dataclass(slots=True)
class Contacts:
    """Everybody, by company."""

    by_company: dict[uuid.UUID, list[Contact]] = field(default_factory=lambda: defaultdict(list))

    def changed_since(self, company: uuid.UUID, moment: datetime) -> bool:
        """Tell whether somebody of ``company`` was changed in Nexus after ``moment``."""
        return any(each.changed_at > moment for each in self.by_company.get(company, ()))


def read(caller: Caller, companies: Sequence[uuid.UUID] | None = None) -> Contacts:
    """Ask Nexus for everybody, or for the people of a few ``companies``.

    Raises NexusUnavailable, NexusRefused.
    """
    found = Contacts()
    filters = {"include_archived": "true", "fields": FIELDS}
    each_company: list[dict[str, str]] = [{}]
    if companies is not None:
        each_company = [{"company": str(company)} for company in companies]
    for only in each_company:
        for row in directory.iter_contacts(caller, **filters, **only):
            found.by_company[uuid.UUID(row["company"])].append(_contact(row))
    return found


def _contact(row: Mapping[str, Any]) -> Contact:
    start = date.fromisoformat(row["active_from"]) if row.get("active_from") else date.min
    end = date.fromisoformat(row["active_until"]) if row.get("active_until") else None
    if end is None and row.get("archived_at"):
        end = timezone.localdate(datetime.fromisoformat(row["archived_at"]))
    active = None if end is not None and end <= start else DateRange(start, end)
    changed = datetime.fromisoformat(row["updated_at"])
    return Contact(uuid.UUID(row["id"]), str(row["full_name"]), active, changed)


def presences(
    people: Iterable[Contact], special: Mapping[uuid.UUID, Sequence[ContactBilling]]
) -> list[Presence]:
    """Return when each was there, and how they are billed on which days."""
    there = [each for each in people if each.active is not None]
    names = Counter(each.name for each in there)
    found: list[Presence] = []
    for each in there:
        # Two people of one name are two people.
        subject = each.name if names[each.name] == 1 else f"{each.name} ({each.id.hex[:8]})"
        found += _stays(subject, each, special.get(each.id, ()))
    return found


def _stays(subject: str, person: Contact, special: Sequence[ContactBilling]) -> Iterable[Presence]:
    active = person.active
    if active is None:
        return
    day: date | None = active.start
    for own in sorted(special, key=lambda each: each.start):
        start, end = max(own.start, active.start), _earlier(own.end, active.end)
        if day is None or (end is not None and end <= start):
            continue
        if active.end is not None and start >= active.end:
            continue
        if day < start:
            yield Presence(CONTACT, subject, DateRange(day, start))
        treatment = Treatment(own.treatment)
        yield Presence(CONTACT, subject, DateRange(start, end), treatment, own.custom_price)
        day = end
    if day is not None and (active.end is None or day < active.end):
        yield Presence(CONTACT, subject, DateRange(day, active.end))


def _earlier(first: date | None, second: date | None) -> date | None:
    """Return the earlier end, None being for ever."""
    ends = [each for each in (first, second) if each is not None]
    return min(ends) if ends else None
