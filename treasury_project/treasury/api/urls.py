"""The addresses of the REST API, each with and without its last slash."""

from __future__ import annotations

from django.urls import URLPattern, include, path

from hm_auth.rest import docs
from hm_auth.rest.urls import Router, both
from treasury.api import (
    agreement_parts,
    agreements,
    billing,
    catalogue,
    documents,
    dunning,
    invoices,
    payments,
    reports,
    usage,
)

router = Router()
router.register("products", catalogue.ProductViewSet, basename="api-product")
router.register("product-prices", catalogue.ProductPriceViewSet, basename="api-product-price")
router.register("product-costs", catalogue.ProductCostViewSet, basename="api-product-cost")
router.register("plans", catalogue.PlanViewSet, basename="api-plan")
router.register("plan-items", catalogue.PlanItemViewSet, basename="api-plan-item")
router.register("plan-prices", catalogue.PlanPriceViewSet, basename="api-plan-price")
router.register("tax-rates", catalogue.TaxRateViewSet, basename="api-tax-rate")
router.register("agreements", agreements.AgreementViewSet, basename="api-agreement")
router.register("additions", agreements.AdditionViewSet, basename="api-addition")
router.register("discounts", agreement_parts.DiscountViewSet, basename="api-discount")
router.register("allowances", agreement_parts.AllowanceViewSet, basename="api-allowance")
router.register("blocks", agreement_parts.BlockViewSet, basename="api-block")
router.register("client-terms", usage.ClientTermsViewSet, basename="api-client-terms")
router.register("contact-billing", usage.ContactBillingViewSet, basename="api-contact-billing")
router.register("devices", usage.DeviceViewSet, basename="api-device")
router.register("readings", usage.ReadingRowViewSet, basename="api-reading")
router.register("time-entries", usage.TimeEntryViewSet, basename="api-time-entry")
router.register("billing-runs", billing.RunViewSet, basename="api-run")
router.register("approvals", billing.ApprovalViewSet, basename="api-approval")
router.register("invoices", invoices.InvoiceViewSet, basename="api-invoice")
router.register("deliveries", documents.DeliveryViewSet, basename="api-delivery")
router.register("payments", payments.PaymentViewSet, basename="api-payment")
router.register("refunds", payments.RefundViewSet, basename="api-refund")
router.register("allocations", payments.AllocationViewSet, basename="api-allocation")
router.register("notices", dunning.NoticeViewSet, basename="api-notice")


def _views() -> list[URLPattern]:
    views = {
        "tax-settings/": catalogue.TaxSettingsView,
        "statements/<uuid:company>/": reports.StatementView,
        "receivables/": reports.ReceivablesView,
        "recurring-revenue/": reports.RevenueView,
        "profitability/": reports.ProfitabilityView,
        "prepaid-hours/<uuid:company>/": reports.PrepaidView,
        "credit/<uuid:company>/": reports.CreditView,
        "suggestions/": dunning.SuggestionsView,
        "suggestions/approve/": dunning.ApproveView,
        "suggestions/dismiss/": dunning.DismissView,
    }
    return [
        each
        for route, view in views.items()
        for each in both(f"api/{route}", view.as_view(), _name(route))
    ]


def _name(route: str) -> str:
    words = [word for word in route.split("/") if word and not word.startswith("<")]
    return "-".join(["api", *words])


urlpatterns = [path("api/", include(router.urls)), *_views(), *docs.urlpatterns]
