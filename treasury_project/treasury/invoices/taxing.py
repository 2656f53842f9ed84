"""The taxes of drafts: who owes what, read at once for all clients of a run."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from treasury.billing_rules import taxes as rules
from treasury.billing_rules.lines import Line
from treasury.billing_rules.periods import DateRange
from treasury.clients.models import ClientTerms
from treasury.seller.models import Seller
from treasury.taxes.models import TaxRate

NO_SELLER = "Say first who sends the invoices: fill in “Your business” in the settings"


@dataclass(frozen=True, slots=True)
class Taxed:
    """The taxes of an invoice, and where and why they are owed or not."""

    region: str
    liability: str
    reason: str
    result: rules.Taxed

    @property
    def breakdown(self) -> list[dict[str, str]]:
        """A row for each rate, as it is stored."""
        return [
            {
                "code": each.code,
                "name": each.name,
                "percent": f"{each.percent.normalize():f}",
                "base": str(each.base.amount),
                "amount": str(each.amount.amount),
            }
            for each in self.result.breakdown
        ]

    @property
    def by_line(self) -> dict[str, list[dict[str, str]]]:
        """The taxes of each line by its identity, as they are stored."""
        found: dict[str, list[dict[str, str]]] = defaultdict(list)
        for each in self.result.taxes:
            percent = f"{each.percent.normalize():f}"
            row = {"name": each.name, "percent": percent, "amount": str(each.amount.amount)}
            found[each.line_key].append(row)
        return found


class TaxBook:
    """The seller, every rate, and the terms of ``companies``; three queries."""

    def __init__(self, companies: Iterable[uuid.UUID]) -> None:
        self._seller = Seller.objects.filter(pk=1).defer("logo").first()
        self._rates = [_rate(row) for row in TaxRate.objects.all()]
        self._terms = ClientTerms.objects.in_bulk(list(set(companies)))

    def tax(self, company: uuid.UUID, lines: Iterable[Line], currency: str, on: date) -> Taxed:
        """Tax ``lines`` as of ``on``. Raises NoTaxRate, and ValueError without a seller."""
        if self._seller is None:
            raise ValueError(NO_SELLER)
        terms: Any = self._terms.get(company) or ClientTerms()
        region = terms.tax_region or self._seller.tax_region
        taxed = rules.tax(
            [rules.Taxable(line.identity, line.tax_category, line.amount) for line in lines],
            self._rates,
            region=region,
            on=on,
            currency=currency,
            liability=rules.Liability(terms.liability),
            rounding=rules.RoundTax(self._seller.tax_rounding),
        )
        return Taxed(region, terms.liability, terms.liability_reason, taxed)


def _rate(row: TaxRate) -> rules.TaxRate:
    active = DateRange(row.start, row.end)
    return rules.TaxRate(row.name, row.category, row.region, row.percent, active)
