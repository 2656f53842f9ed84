"""What the lists can be narrowed by."""

from __future__ import annotations

import django_filters

from treasury.invoices.models import Kind, Status


class CompanyFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    company = django_filters.UUIDFilter(field_name="company_id", label="Of this company.")


class PriceFilterSet(django_filters.FilterSet):  # type: ignore[misc]
    product = django_filters.UUIDFilter(field_name="product_id", label="Of this product.")


class DayFilterSet(CompanyFilterSet):
    since = django_filters.DateFilter(field_name="day", lookup_expr="gte", label="From this day.")
    until = django_filters.DateFilter(field_name="day", lookup_expr="lte", label="To this day.")


class InvoiceFilterSet(CompanyFilterSet):
    status = django_filters.ChoiceFilter(choices=Status.choices, label="Exactly this.")
    kind = django_filters.ChoiceFilter(choices=Kind.choices, label="Exactly this.")
    issued_since = django_filters.DateFilter(
        field_name="issued_on", lookup_expr="gte", label="Issued from this day on."
    )
    due_before = django_filters.DateFilter(
        field_name="due_on", lookup_expr="lt", label="Due before this day."
    )


class PaymentFilterSet(CompanyFilterSet):
    since = django_filters.DateFilter(
        field_name="received_on", lookup_expr="gte", label="Received from this day on."
    )
