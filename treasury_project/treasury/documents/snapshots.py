"""Who sends and who gets a document, of what an invoice keeps about both (JSON).

``invoices.issuing.seller_snapshot`` keeps a seller, ``invoices.clients.Client`` is a client. What
is not there is empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from treasury.documents.paper import Address, Buyer, Seller
from treasury.seller.models import Seller as SellerRow

_SAME = ("legal_name", "tax_id", "registration", "email", "phone", "iban", "bic", "peppol_id")
_ACCENT = "#1f6feb"

Kept = Mapping[str, Any]


def seller_today() -> SellerRow:
    """Return the seller's row; before anybody entered one, a nameless one that is not saved."""
    return SellerRow.objects.filter(pk=1).first() or SellerRow(name="")


def seller_of(kept: Kept | None, today: SellerRow) -> Seller:
    """Return the seller as ``kept`` at issue; the logo, and all of it for a draft, is today's."""
    facts = kept or vars(today)
    lines = (_text(facts, "street"), _text(facts, "street2"))
    return Seller(
        name=_text(facts, "name"),
        address=Address(
            lines=tuple(each for each in lines if each),
            postcode=_text(facts, "postcode"),
            city=_text(facts, "city"),
            country=_text(facts, "country"),
        ),
        logo=bytes(today.logo) if today.logo else None,
        footer=_text(facts, "footer"),
        accent=_text(facts, "accent") or _ACCENT,
        **{name: _text(facts, name) for name in _SAME},
    )


def buyer_of(kept: Kept) -> Buyer:
    """Return the client as ``kept`` with the invoice."""
    lines = (_text(kept, "street"), _text(kept, "street2"))
    return Buyer(
        name=_text(kept, "name"),
        legal_name=_text(kept, "legal_name"),
        address=Address(
            lines=tuple(each for each in lines if each),
            postcode=_text(kept, "postcode"),
            city=_text(kept, "city"),
            region=_text(kept, "region"),
            country=_text(kept, "country"),
        ),
        tax_id=_text(kept, "tax_id"),
        account_number=_text(kept, "account_number"),
        peppol_id=_text(kept, "peppol_id"),
        reference=_text(kept, "buyer_reference"),
    )


def _text(facts: Kept, name: str) -> str:
    return str(facts.get(name) or "")
