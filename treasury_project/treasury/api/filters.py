"""What the lists can be narrowed by."""

from __future__ import annotations

from typing import Any

import django_filters
from django.utils import timezone

from hm_auth.access import may
from hm_auth.rest.filters import StrictBooleanFilter
from treasury.api.directory import caller_of
from treasury.delivery.models import State
from treasury.dunning.models import Measure
from treasury.invoices.clients import called
from treasury.invoices.models import Kind, RunState, Status
from treasury.payments.models import Method
from treasury.taxes.models import TaxCategory
from treasury.usage.models import DeviceKind


def _day(field: str, lookup: str, label: str) -> django_filters.DateFilter:
    return django_filters.DateFilter(field_name=field, lookup_expr=lookup, label=label)


class CompanyFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    company = django_filters.UUIDFilter(field_name="company_id", label="Of this company.")


class ActiveFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    is_active = StrictBooleanFilter(field_name="is_active", label="On sale, or not any more.")


class ProductFilterSet(ActiveFilterSet):
    sku = django_filters.CharFilter(field_name="sku", label="Exactly this.")


class PlanFilterSet(ActiveFilterSet):
    name = django_filters.CharFilter(field_name="name", label="Exactly this.")


class PriceFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    product = django_filters.UUIDFilter(field_name="product_id", label="Of this product.")


class PlanItemFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    plan = django_filters.UUIDFilter(field_name="plan_id", label="Of this plan.")


class PlanPriceFilterSet(PriceFilterSet, PlanItemFilterSet):
    pass


class TaxRateFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    region = django_filters.CharFilter(field_name="region", label="Owed in this region.")
    category = django_filters.ChoiceFilter(choices=TaxCategory.choices, label="Exactly this.")


class AgreementFilterSet(CompanyFilterSet):
    running_on = django_filters.DateFilter(method="holds", label="Those that hold on this day.")
    ends_before = _day("end", "lt", "Those that end before this day.")
    plan = django_filters.UUIDFilter(field_name="plan_id", label="With this plan.")

    def holds(self, rows: Any, _name: str, day: Any) -> Any:
        """Leave those that hold on ``day``."""
        return rows.running(day)


class AdditionFilterSet(CompanyFilterSet):
    agreement = django_filters.UUIDFilter(field_name="agreement_id", label="Of this agreement.")
    product = django_filters.UUIDFilter(field_name="product_id", label="With this product.")


class DiscountFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    addition = django_filters.UUIDFilter(field_name="addition_id", label="On this line.")
    company = django_filters.UUIDFilter(field_name="addition__company_id", label="Of this company.")


class OfAgreementFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    agreement = django_filters.UUIDFilter(field_name="agreement_id", label="Of this agreement.")
    company = django_filters.UUIDFilter(
        field_name="agreement__company_id", label="Of this company."
    )


class DeviceFilterSet(CompanyFilterSet):
    kind = django_filters.ChoiceFilter(choices=DeviceKind.choices, label="Exactly this.")


class DayFilterSet(CompanyFilterSet):
    since = _day("day", "gte", "From this day.")
    until = _day("day", "lte", "To this day.")


class TimeEntryFilterSet(DayFilterSet):
    unbilled = StrictBooleanFilter(method="waits", label="Billable, and on no issued invoice.")

    def waits(self, rows: Any, _name: str, wanted: bool) -> Any:
        """Leave the work that waits to be billed, or the other."""
        waiting = rows.model.objects.unbilled()
        return rows.filter(pk__in=waiting) if wanted else rows.exclude(pk__in=waiting)


class ContactBillingFilterSet(CompanyFilterSet):
    contact = django_filters.UUIDFilter(field_name="contact_id", label="Of this contact.")


class InvoiceFilterSet(CompanyFilterSet):
    status = django_filters.ChoiceFilter(choices=Status.choices, label="Exactly this.")
    kind = django_filters.ChoiceFilter(choices=Kind.choices, label="Exactly this.")
    agreement = django_filters.UUIDFilter(field_name="agreement_id", label="Of this agreement.")
    overdue = StrictBooleanFilter(method="late", label="Not paid in full on its due day.")
    issued_since = _day("issued_on", "gte", "Issued from this day on.")
    issued_until = _day("issued_on", "lte", "Issued up to and on this day.")
    due_before = _day("due_on", "lt", "Due before this day.")
    currency = django_filters.CharFilter(field_name="currency", label="Exactly this.")
    search = django_filters.CharFilter(
        method="find",
        max_length=100,
        label="Words of the number, order number, client's name or account number, in any order; "
        "or an amount: what comes to it or has it still open.",
    )

    def find(self, rows: Any, _name: str, text: str) -> Any:
        """Leave those that ``text`` finds. Raises NexusUnavailable and NexusRefused."""
        internal = may(self.request.user, "invoices.internal")
        companies = called(caller_of(self.request), text) if internal else []
        return rows.search(text, companies)

    def late(self, rows: Any, _name: str, wanted: bool) -> Any:
        """Leave those that are overdue today, or all others."""
        return rows.overdue(timezone.localdate(), wanted)


class PaymentFilterSet(CompanyFilterSet):
    since = _day("received_on", "gte", "Received from this day on.")
    until = _day("received_on", "lte", "Received up to and on this day.")
    method = django_filters.ChoiceFilter(choices=Method.choices, label="Exactly this.")
    has_credit = StrictBooleanFilter(method="left", label="Not used up.")

    def left(self, rows: Any, _name: str, wanted: bool) -> Any:
        """Leave those with credit, or those without."""
        return rows.filter(unused__gt=0) if wanted else rows.filter(unused=0)


class RefundFilterSet(CompanyFilterSet):
    since = _day("paid_on", "gte", "Paid back from this day on.")
    until = _day("paid_on", "lte", "Paid back up to and on this day.")


class AllocationFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    invoice = django_filters.UUIDFilter(field_name="invoice_id", label="For this invoice.")
    payment = django_filters.UUIDFilter(field_name="payment_id", label="Of this payment.")
    refund = django_filters.UUIDFilter(field_name="refund_id", label="For this refund.")


class DeliveryFilterSet(CompanyFilterSet):
    invoice = django_filters.UUIDFilter(field_name="invoice_id", label="With this invoice.")
    state = django_filters.ChoiceFilter(choices=State.choices, label="Exactly this.")


class NoticeFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    invoice = django_filters.UUIDFilter(field_name="invoice_id", label="About this invoice.")
    measure = django_filters.ChoiceFilter(choices=Measure.choices, label="Exactly this.")


class RunFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    state = django_filters.ChoiceFilter(choices=RunState.choices, label="Exactly this.")
