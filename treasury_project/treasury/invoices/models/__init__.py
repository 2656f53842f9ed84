"""Invoices and credit notes with their lines, and the runs that draft them."""

from treasury.invoices.models.changes import FactChange
from treasury.invoices.models.invoice import (
    BilledWork,
    Invoice,
    InvoiceLine,
    Kind,
    Series,
    Status,
)
from treasury.invoices.models.run import BillingRun, RunState

__all__ = [
    "BilledWork",
    "BillingRun",
    "FactChange",
    "Invoice",
    "InvoiceLine",
    "Kind",
    "RunState",
    "Series",
    "Status",
]
