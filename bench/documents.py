"""What documents cost: ``python bench/documents.py [number]`` with treasury_project on the path.

Every document is another one (name, amounts), so that nothing is answered from Typst's cache.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Callable
from datetime import date
from decimal import Decimal

from treasury.billing_rules.money import Money, rounded, total
from treasury.documents import einvoice, pdf
from treasury.documents.archive import zip_of
from treasury.documents.paper import (
    Address,
    Buyer,
    Kind,
    LineTax,
    Paper,
    PaperLine,
    Seller,
    TaxRow,
)

SELLER = Seller(
    "Northbridge IT", "Northbridge IT Services Ltd",
    Address(("1 Quay Street",), "D02", "Dublin", "IE"),
    "IE6388047V", "654321", "IE29AIBK93115212345678", "AIBKIE2D", "billing@northbridge.example",
)  # fmt: skip
VAT = Decimal(23)


def paper(number: int, lines: int) -> Paper:
    """An invoice of ``lines`` lines, each with a sentence; no two numbers look alike."""
    nets = [Money(Decimal(100 * number + i) / 100, "EUR") for i in range(1, lines + 1)]
    taxes = [rounded(net.amount * VAT / 100, "EUR") for net in nets]
    net, tax = total(nets, "EUR"), total(taxes, "EUR")
    return Paper(
        kind=Kind.INVOICE,
        label=f"INV-{number:05}",
        issued_on=date(2026, 11, 3),
        due_on=date(2026, 11, 17),
        period=(date(2026, 11, 1), date(2026, 11, 30)),
        currency="EUR",
        seller=SELLER,
        buyer=Buyer(
            f"Client {number}", address=Address(("Main Street",), "1", "Cork", "IE"),
            tax_id="IE1234567T", reference=f"R{number}", email="ap@client.example",
        ),
        lines=tuple(
            PaperLine(
                f"Care of workstations {number}.{i}", nets[i],
                (LineTax("S", "VAT", VAT, taxes[i]),),
                sentences=(f"{number} workstations × 45.00; {i} of them from 14 Nov: 17/30 days",),
            )
            for i in range(lines)
        ),
        taxes=(TaxRow("S", "VAT", VAT, net, tax),),
        net=net, tax=tax, gross=net + tax, paid=Money(Decimal(0), "EUR"), open=net + tax,
    )  # fmt: skip


def measure(name: str, count: int, work: Callable[[int], bytes]) -> None:
    """Print the CPU time of one ``work``, the first apart: it loads fonts and template."""
    began = time.process_time()
    size = len(work(0))
    first = time.process_time() - began
    began = time.process_time()
    for number in range(1, count + 1):
        work(number)
    each = (time.process_time() - began) / count
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{name:24} {each * 1000:6.1f} ms CPU each, the first {first * 1000:5.0f} ms; "
          f"{size / 1024:5.0f} KB; peak {peak:4.0f} MB")  # fmt: skip


def main() -> None:
    """Measure each kind of document, and a ZIP of many."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    measure("CII, 6 lines", count, lambda number: einvoice.cii(paper(number, 6)))
    measure("UBL, 6 lines", count, lambda number: einvoice.ubl(paper(number, 6)))
    measure("PDF, 6 lines", count, lambda number: pdf.render(paper(number, 6)))
    measure("PDF, 60 lines", count // 4, lambda number: pdf.render(paper(number, 60)))
    named = ((f"{i}.pdf", pdf.render(paper(10_000 + i, 6))) for i in range(count))
    began, size = time.process_time(), sum(map(len, zip_of(named)))
    spent = time.process_time() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"ZIP of {count} PDFs: {spent:.1f} s CPU, {size / 2**20:.0f} MB; peak {peak:.0f} MB")


if __name__ == "__main__":
    main()
