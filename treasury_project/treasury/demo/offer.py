"""What the invented provider sells, and who it is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from treasury.billing_rules.periods import add_months
from treasury.catalogue.models import (
    Plan,
    PlanItem,
    PlanPrice,
    Product,
    ProductCost,
    ProductPrice,
    Term,
)
from treasury.catalogue.quantities import Source
from treasury.demo.clients import demo_id
from treasury.seller.models import Seller
from treasury.taxes.models import TaxRate

SELLER = {
    "name": "Hive IT Services",
    "legal_name": "Hive IT Services Ltd",
    "street": "12 Merrion Row",
    "postcode": "D02 XY45",
    "city": "Dublin",
    "country": "IE",
    "tax_id": "IE3217785LH",
    "registration": "CRO 612345",
    "email": "accounts@hive-it.example",
    "phone": "+353 1 555 0100",
    "iban": "IE29AIBK93115212345678",
    "bic": "AIBKIE2D",
    "footer": "Thank you for working with us.",
    "hour_cost": Decimal(38),
    "late_percent": Decimal("10.15"),
    "late_flat": Decimal(40),
}
# SKU, name, unit, plural, income account, list price in EUR, the price after it went up, cost
PRODUCTS = (
    ("WS-CARE", "Workstation care", "workstation", "workstations", "4400", "48", "50", "14.20"),
    ("SRV-CARE", "Server care", "server", "servers", "4400", "125", "125", "41"),
    ("FW-CARE", "Firewall", "firewall", "firewalls", "4410", "35", "35", "16"),
    ("BACKUP", "Backup storage", "GB", "GB", "4430", "0.12", "0.12", "0.045"),
    ("HOUR", "Remote support", "hour", "hours", "4440", "95", "95", "0"),
    ("NIGHT", "Support after hours", "hour", "hours", "4440", "145", "145", "0"),
    ("DESK", "Service desk", "", "", "4420", "95", "95", "20"),
    ("M365", "Microsoft 365 Business", "user", "users", "4450", "12.60", "13.20", "10.10"),
    ("FIT", "Installation", "", "", "4460", "180", "180", "60"),
)
USED = {
    "WS-CARE": (Source.DEVICES, "workstation"),
    "SRV-CARE": (Source.DEVICES, "server"),
    "FW-CARE": (Source.DEVICES, "firewall"),
    "BACKUP": (Source.METER, "backup_gb"),
    "HOUR": (Source.HOURS, "standard"),
    "NIGHT": (Source.HOURS, "after_hours"),
    "M365": (Source.CONTACTS, "contact"),
}
PLANS = {
    "Managed workplace": ("WS-CARE", "SRV-CARE", "FW-CARE", "BACKUP", "HOUR", "NIGHT", "DESK"),
    "Essential care": ("WS-CARE", "SRV-CARE", "HOUR", "DESK"),
    "Per user": ("M365", "HOUR"),
}
# What a longer term lets off the list price of care, in percent.
LESS = {Term.MONTH_TO_MONTH: 0, Term.ONE_YEAR: 5, Term.TWO_YEARS: 8, Term.THREE_YEARS: 12}


def load(start: date) -> None:
    """Write the seller, its taxes and its catalogue; prices begin a year before ``start``."""
    Seller.objects.update_or_create(id=1, defaults=SELLER)
    TaxRate.objects.bulk_create(_tax_rates())
    Product.objects.bulk_create(_products())
    begin, later = add_months(start, -12), add_months(start, 7)
    ProductPrice.objects.bulk_create(_prices(begin, later))
    ProductCost.objects.bulk_create(
        ProductCost(product_id=demo_id("product", sku), currency="EUR", unit_cost=cost, start=begin)
        for sku, *_, cost in PRODUCTS
    )
    Plan.objects.bulk_create(Plan(id=demo_id("plan", name), name=name) for name in PLANS)
    PlanItem.objects.bulk_create(_items())
    PlanPrice.objects.bulk_create(_plan_prices(begin, later))


def _tax_rates() -> Iterator[TaxRate]:
    """Yield the rates of Ireland (Revenue, VAT rates database)."""
    for category, percent in (("standard", 23), ("reduced", "13.5"), ("low", 9), ("zero", 0)):
        yield TaxRate(
            name="VAT",
            category=category,
            region="IE",
            percent=Decimal(percent),
            start=date(2021, 3, 1),
        )


def _products() -> Iterator[Product]:
    for sku, name, unit, units, account, *_ in PRODUCTS:
        yield Product(
            id=demo_id("product", sku),
            sku=sku,
            name=name,
            unit=unit,
            units=units,
            income_account=account,
        )


def _prices(begin: date, later: date) -> Iterator[ProductPrice]:
    for sku, *_, first, second, _cost in PRODUCTS:
        for day, price in ((begin, first), (later, second)):
            if day == begin or second != first:
                yield ProductPrice(
                    product_id=demo_id("product", sku), currency="EUR", unit_price=price, start=day
                )


def _items() -> Iterator[PlanItem]:
    for plan, skus in PLANS.items():
        for position, sku in enumerate(skus):
            source, counts = USED.get(sku, (Source.FIXED, ""))
            yield PlanItem(
                plan_id=demo_id("plan", plan),
                product_id=demo_id("product", sku),
                position=position,
                source=source,
                counts=counts,
                quantity=None if counts else Decimal(1),
                increment=15 if source == Source.HOURS else 1,
            )


def _plan_prices(begin: date, later: date) -> Iterator[PlanPrice]:
    for sku, *_, first, second, _cost in PRODUCTS:
        if sku not in ("WS-CARE", "SRV-CARE"):
            continue
        for term, less in LESS.items():
            for day, price in {begin: first, later: second}.items():
                yield PlanPrice(
                    plan_id=demo_id("plan", "Managed workplace"),
                    product_id=demo_id("product", sku),
                    term_months=term,
                    currency="EUR",
                    unit_price=Decimal(price) * (100 - less) / 100,
                    start=day,
                )
