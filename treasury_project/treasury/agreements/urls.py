"""The addresses of agreements."""

from __future__ import annotations

from django.urls import path

from treasury.agreements.views import agreements, lines, prepaid

urlpatterns = [
    path("agreements", agreements.agreements, name="agreements"),
    path("agreements/<uuid:pk>", agreements.agreement, name="agreement"),
    path("agreements/<uuid:pk>/edit", agreements.edit, name="agreement-edit"),
    path("agreements/<uuid:pk>/end", agreements.end, name="agreement-end"),
    path("agreements/<uuid:pk>/renew", agreements.renew, name="agreement-renew"),
    path("agreements/<uuid:pk>/lines/new", lines.add, name="line-add"),
    path("agreements/<uuid:pk>/allowances/new", prepaid.add_allowance, name="allowance-add"),
    path("agreements/<uuid:pk>/blocks/new", prepaid.add_block, name="block-add"),
    path("agreements/allowances/<uuid:pk>/end", prepaid.end_allowance, name="allowance-end"),
    path(
        "agreements/allowances/<uuid:pk>/remove", prepaid.remove_allowance, name="allowance-remove"
    ),
    path("agreements/blocks/<uuid:pk>/remove", prepaid.remove_block, name="block-remove"),
    path("agreements/lines/<uuid:pk>", lines.edit, name="line-edit"),
    path("agreements/lines/<uuid:pk>/end", lines.end, name="line-end"),
    path("agreements/lines/<uuid:pk>/remove", lines.remove, name="line-remove"),
    path("agreements/lines/<uuid:pk>/discounts/new", lines.add_discount, name="discount-add"),
    path("agreements/discounts/<int:pk>/end", lines.end_discount, name="discount-end"),
    path("agreements/discounts/<int:pk>/remove", lines.remove_discount, name="discount-remove"),
    path("clients/<uuid:company_id>/agreements/new", agreements.new, name="agreement-new"),
]
