"""The addresses of the REST API, each with and without its last slash."""

from __future__ import annotations

from django.urls import include, path

from hm_auth.rest import docs
from hm_auth.rest.urls import Router
from treasury.api import invoice_views, views

router = Router()
router.register("products", views.ProductViewSet, basename="api-product")
router.register("product-prices", views.ProductPriceViewSet, basename="api-product-price")
router.register("plans", views.PlanViewSet, basename="api-plan")
router.register("plan-prices", views.PlanPriceViewSet, basename="api-plan-price")
router.register("tax-rates", views.TaxRateViewSet, basename="api-tax-rate")
router.register("agreements", views.AgreementViewSet, basename="api-agreement")
router.register("additions", views.AdditionViewSet, basename="api-addition")
router.register("devices", views.DeviceViewSet, basename="api-device")
router.register("readings", views.ReadingRowViewSet, basename="api-reading")
router.register("time-entries", views.TimeEntryViewSet, basename="api-time-entry")
router.register("invoices", invoice_views.InvoiceViewSet, basename="api-invoice")
router.register("billing-runs", invoice_views.RunViewSet, basename="api-run")
router.register("payments", invoice_views.PaymentViewSet, basename="api-payment")

urlpatterns = [path("api/", include(router.urls)), *docs.urlpatterns]
