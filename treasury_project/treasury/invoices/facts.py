"""What happened at the companies of some agreements: read at once, told agreement by agreement."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import TypeVar

from django.db.models import Q

from treasury.agreements.models import Agreement
from treasury.billing_rules.allowances import Work
from treasury.billing_rules.facts import Facts, Presence, Reading, Treatment
from treasury.billing_rules.periods import DateRange, add_months
from treasury.catalogue.quantities import Source
from treasury.invoices.assembly import blocks_of
from treasury.invoices.contacts import Contacts, presences
from treasury.usage import models as usage

PREPAID_MONTHS = 48  # billed work from before then has no say in what is left of prepaid hours
Row = TypeVar("Row", usage.Device, usage.Reading, usage.TimeEntry)


class FactsBook:
    """The facts of all companies of ``rows``, which are all their agreements; four queries."""

    def __init__(self, rows: Sequence[Agreement], contacts: Contacts | None, today: date) -> None:
        self._contacts = contacts
        self._agreements: dict[uuid.UUID, list[Agreement]] = defaultdict(list)
        for row in rows:
            self._agreements[row.company_id].append(row)
        companies = list(self._agreements)
        self._devices = _by_company(
            usage.Device.objects.filter(company_id__in=companies).order_by("hostname", "start")
        )
        self._readings = _by_company(usage.Reading.objects.filter(company_id__in=companies))
        self._work = _by_company(
            usage.TimeEntry.objects.filter(
                Q(billed__isnull=True) | Q(day__gte=add_months(today, -PREPAID_MONTHS)),
                company_id__in=companies,
                billable=True,
            )
            .select_related("billed__invoice")
            .order_by("day", "id")
        )
        self._special: dict[uuid.UUID, list[usage.ContactBilling]] = defaultdict(list)
        for each in usage.ContactBilling.objects.filter(company_id__in=companies):
            self._special[each.contact_id].append(each)

    def facts_for(self, row: Agreement) -> Facts:
        """Return what bears on ``row``. Raises ValueError when its contacts are not known.

        What another agreement of the company counts is left out, so that it is not reported here
        as something that nobody bills.
        """
        others = self._counted_by_others(row)
        found = [
            _presence(device)
            for device in self._devices.get(row.company_id, ())
            if device.kind not in others
        ]
        if counts_contacts(row):
            found += self._people(row.company_id)
        return Facts(
            presences=tuple(found),
            readings=tuple(map(_reading, self._readings.get(row.company_id, ()))),
            works=tuple(self._works(row)),
            pools=tuple(blocks_of(row)),
        )

    def unbilled(self, company: uuid.UUID) -> list[usage.TimeEntry]:
        """Return the work of ``company`` that none of its agreements bills."""
        return [
            entry
            for entry in self._work.get(company, ())
            if not hasattr(entry, "billed") and self._owner(entry) is None
        ]

    def _counted_by_others(self, row: Agreement) -> set[str]:
        mine = {each.counts for each in row.additions.all()}
        company = self._agreements[row.company_id]
        return {each.counts for other in company for each in other.additions.all()} - mine - {""}

    def _people(self, company: uuid.UUID) -> list[Presence]:
        if self._contacts is None:
            raise ValueError("Nexus did not say who works there, so its contacts are not counted")
        return presences(self._contacts.by_company.get(company, ()), self._special)

    def _works(self, row: Agreement) -> Iterable[Work]:
        for entry in self._work.get(row.company_id, ()):
            billed = getattr(entry, "billed", None)
            if billed is not None:
                if billed.invoice.agreement_id == row.pk:
                    yield _work(entry, billed.invoice.period_start)
            elif self._owner(entry) == row.pk:
                yield _work(entry, None)

    def _owner(self, entry: usage.TimeEntry) -> uuid.UUID | None:
        """Return the agreement that takes ``entry``: one with a rate for it, else prepaid hours."""
        company = sorted(self._agreements[entry.company_id], key=lambda each: (each.start, each.pk))
        there = [each for each in company if _holds(each.start, each.end, entry.day)]
        for row in there:
            for line in row.additions.all():
                rated = line.source == Source.HOURS and line.counts == entry.rate_class
                if rated and _holds(line.start, line.end, entry.day):
                    return row.pk
        for row in there:
            for prepaid in (*row.allowances.all(), *row.blocks.all()):
                covers = not prepaid.rate_classes or entry.rate_class in prepaid.rate_classes
                if covers and _holds(prepaid.start, prepaid.usable_until, entry.day):
                    return row.pk
        return None


def counts_contacts(row: Agreement) -> bool:
    """Tell whether an addition of ``row`` counts contacts."""
    return any(each.source == Source.CONTACTS for each in row.additions.all())


def _by_company(rows: Iterable[Row]) -> dict[uuid.UUID, list[Row]]:
    found: dict[uuid.UUID, list[Row]] = defaultdict(list)
    for row in rows:
        found[row.company_id].append(row)
    return found


def _holds(start: date, end: date | None, day: date) -> bool:
    return start <= day and (end is None or day < end)


def _presence(device: usage.Device) -> Presence:
    return Presence(
        kind=device.kind,
        subject=device.hostname,
        active=DateRange(device.start, device.end),
        treatment=Treatment(device.treatment),
        price=device.custom_price,
    )


def _reading(row: usage.Reading) -> Reading:
    return Reading(row.meter, row.subject, row.day, row.quantity)


def _work(entry: usage.TimeEntry, billed_with: date | None) -> Work:
    return Work(str(entry.pk), entry.day, entry.minutes, entry.rate_class, billed_with)
