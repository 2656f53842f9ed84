"""Settings of Treasury."""

from __future__ import annotations

import os

from hm_auth.service import api_defaults, defaults
from treasury.service import SERVICE

CONFIG = SERVICE.load()
globals().update(defaults.common_settings(CONFIG))
globals().update(defaults.module_settings(CONFIG))
globals().update(defaults.background(CONFIG))

DEMO = os.environ.get("HM_DEMO") == "1"
SERVICE_NAME = SERVICE.title
SERVICE_ICON = SERVICE.icon

INSTALLED_APPS = [
    *defaults.MODULE_APPS,
    "pgtrigger",
    "pghistory",
    "django_tasks_db",
    "hm_auth.webhooks",
    "treasury.retries",
    "treasury.taxes",
    "treasury.catalogue",
    "treasury.usage",
    "treasury.seller",
    "treasury.clients",
    "treasury.agreements",
    "treasury.invoices",
    "treasury.documents",
    "treasury.delivery",
    "treasury.payments",
    "treasury.receivables",
    "treasury.dunning",
    "treasury.billing",
    "treasury.exports",
    "treasury.reports",
    "treasury.overview",
    *(["treasury.demo"] if DEMO else []),
]
MIDDLEWARE = [*defaults.MODULE_MIDDLEWARE, "pghistory.middleware.HistoryMiddleware"]
ROOT_URLCONF = "treasury.urls"
WSGI_APPLICATION = "treasury.wsgi.application"

SPECTACULAR_SETTINGS = {
    **api_defaults.spectacular("Treasury API"),
    "ENUM_NAME_OVERRIDES": {
        "AdditionKind": "treasury.agreements.models.addition.KINDS",
        "DeliveryState": "treasury.delivery.models.State",
        "DeviceKind": "treasury.usage.models.DeviceKind",
        "InvoiceKind": "treasury.invoices.models.Kind",
        "RateClass": "treasury.usage.models.RateClass",
        "RunState": "treasury.invoices.models.RunState",
        "TaxCategory": "treasury.taxes.models.TaxCategory",
    },
}

HM_WEBHOOKS = {
    "EVENTS": {
        "invoice.issued": "an invoice or credit note is issued",
        "invoice.paid": "an invoice is paid in full",
        "invoice.overdue": "an invoice is not paid on its due day",
    },
    "CAPABILITY": "treasury.settings",
    "PRIVATE_ADDRESSES": CONFIG["WEBHOOKS_PRIVATE"],
}

HM_NAV = [
    ("Home", "home", "house", "usage.own"),
    ("Clients", "clients", "building-2", "usage.view"),
    ("Agreements", "agreements", "handshake", "agreements.view"),
    ("Catalogue", "products", "package", "agreements.view"),
    ("Billing", "billing", "calendar-check", "invoices.internal"),
    ("Invoices", "invoices", "receipt-text", "invoices.view"),
    ("Payments", "payments", "banknote", "payments.manage"),
    ("Receivables", "receivables", "hourglass", "payments.manage"),
    ("Reports", "reports", "chart-column", "reports.view"),
    ("Usage", "usage-devices", "monitor-smartphone", "usage.view"),
    ("Settings", "settings", "settings", "treasury.settings"),
]
