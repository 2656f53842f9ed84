"""What happened at the companies of some agreements: read at once, told agreement by agreement."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from treasury.agreements.models import Agreement
from treasury.billing_rules.allowances import Work
from treasury.billing_rules.facts import Facts, Presence, Reading, Treatment
from treasury.billing_rules.periods import DateRange, add_months
from treasury.catalogue.quantities import Source
from treasury.invoices.assembly import blocks_of
from treasury.invoices.contacts import Contacts, presences
from treasury.usage import models as usage

PREPAID_MONTHS = 48  # billed work from before then has no say in what is left of prepaid hours
_TREATMENTS = {each.value: each for each in Treatment}


class FactsBook:
    """The facts of all companies of ``rows``, which are all their agreements; four queries."""

    def __init__(self, rows: Sequence[Agreement], contacts: Contacts | None, today: date) -> None:
        self._contacts = contacts
        self._agreements: dict[uuid.UUID, list[Agreement]] = defaultdict(list)
        for row in rows:
            self._agreements[row.company_id].append(row)
        companies = list(self._agreements)
        self._devices = _devices(companies)
        self._readings = _readings(companies)
        self._work = _work(companies, add_months(today, -PREPAID_MONTHS))
        self._special: dict[uuid.UUID, list[usage.ContactBilling]] = defaultdict(list)
        for each in usage.ContactBilling.objects.filter(company_id__in=companies):
            self._special[each.contact_id].append(each)

    def facts_for(self, row: Agreement, *, people: bool = True) -> Facts:
        """Return what bears on ``row``. Raises ValueError when its contacts are not known.

        What another agreement of the company counts is left out, so that it is not reported here
        as something that nobody bills.
        """
        others = self._counted_by_others(row)
        devices = self._devices.get(row.company_id, ())
        found = [device for device in devices if device.kind not in others]
        if people and counts_contacts(row):
            found += self._people(row.company_id)
        return Facts(
            presences=tuple(found),
            readings=tuple(self._readings.get(row.company_id, ())),
            works=tuple(self._works(row)),
            pools=tuple(blocks_of(row)),
        )

    def unbilled(self, company: uuid.UUID) -> Mapping[uuid.UUID | None, list[Work]]:
        """Return the work of ``company`` that no invoice has, by the agreement that will take it.

        None is the key of what no agreement has a rate or prepaid hours for.
        """
        found: dict[uuid.UUID | None, list[Work]] = defaultdict(list)
        for entry in self._work.get(company, ()):
            if entry.agreement is None:
                found[self._owner(company, entry.work)].append(entry.work)
        return found

    def _counted_by_others(self, row: Any) -> set[str]:
        mine = {each.counts for each in row.loaded_additions}
        company: list[Any] = self._agreements[row.company_id]
        return {each.counts for other in company for each in other.loaded_additions} - mine - {""}

    def _people(self, company: uuid.UUID) -> list[Presence]:
        if self._contacts is None:
            raise ValueError("Nexus did not say who works there, so its contacts are not counted")
        return presences(self._contacts.by_company.get(company, ()), self._special)

    def _works(self, row: Agreement) -> Iterable[Work]:
        for entry in self._work.get(row.company_id, ()):
            owner = entry.agreement or self._owner(row.company_id, entry.work)
            if owner == row.pk:
                yield entry.work

    def _owner(self, company: uuid.UUID, work: Work) -> uuid.UUID | None:
        """Return the agreement that takes ``work``: one with a rate for it, else prepaid hours."""
        rows: list[Any] = self._agreements[company]
        there = [row for row in rows if _holds(row.start, row.end, work.day)]
        for row in there:
            for line in row.loaded_additions:
                rated = line.source == Source.HOURS and line.counts == work.rate_class
                if rated and _holds(line.start, line.end, work.day):
                    return row.pk  # type: ignore[no-any-return]
        for row in there:
            for prepaid in (*row.loaded_allowances, *row.loaded_blocks):
                covers = not prepaid.rate_classes or work.rate_class in prepaid.rate_classes
                if covers and _holds(prepaid.start, prepaid.usable_until, work.day):
                    return row.pk  # type: ignore[no-any-return]
        return None


@dataclass(frozen=True, slots=True)
class _Entry:
    """Work, and the agreement whose invoice has it."""

    work: Work
    agreement: uuid.UUID | None


def counts_contacts(row: Any) -> bool:
    """Tell whether an addition of ``row`` counts contacts."""
    return any(each.source == Source.CONTACTS for each in row.loaded_additions)


def _devices(companies: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, list[Presence]]:
    """Read presences. Devices are most of what a run reads: values, and a company's id but once."""
    values = (
        usage.Device.objects.filter(company_id__in=companies)
        .order_by("company_id", "hostname", "start")
        .values_list(
            Cast("company_id", TextField()),
            "kind", "hostname", "start", "end", "treatment", "custom_price",
        )
    )  # fmt: skip
    rows = groupby(values.iterator(chunk_size=5000), key=itemgetter(0))
    days = cache(DateRange)  # many came on the same day
    return {
        uuid.UUID(company): [
            Presence(kind, hostname, days(start, end), _TREATMENTS[treatment], price)
            for _, kind, hostname, start, end, treatment, price in devices
        ]
        for company, devices in rows
    }


def _readings(companies: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, list[Reading]]:
    found: dict[uuid.UUID, list[Reading]] = defaultdict(list)
    rows = usage.Reading.objects.filter(company_id__in=companies)
    values = rows.values_list("company_id", "meter", "subject", "day", "quantity")
    for company, meter, subject, day, quantity in values:
        found[company].append(Reading(meter, subject, day, quantity))
    return found


def _work(companies: Sequence[uuid.UUID], since: date) -> Mapping[uuid.UUID, list[_Entry]]:
    """Read billable work: all that is not billed, and what was done ``since``."""
    found: dict[uuid.UUID, list[_Entry]] = defaultdict(list)
    rows = usage.TimeEntry.objects.filter(
        Q(billed__isnull=True) | Q(day__gte=since), company_id__in=companies, billable=True
    ).order_by("day", "id")
    values = rows.values_list(
        "company_id", "id", "day", "minutes", "rate_class", "billed__invoice__period_start",
        "billed__invoice__agreement",
    )  # fmt: skip
    for company, pk, day, minutes, rate_class, billed_with, agreement in values:
        work = Work(str(pk), day, minutes, rate_class, billed_with)
        found[company].append(_Entry(work, agreement))
    return found


def _holds(start: date, end: date | None, day: date) -> bool:
    return start <= day and (end is None or day < end)
