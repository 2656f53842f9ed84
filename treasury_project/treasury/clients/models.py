"""How a company is billed, where that differs from the rest."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from treasury.billing_rules.taxes import Liability
from treasury.taxes.models import REGION

PEPPOL = RegexValidator(r"^\d{4}:\S{1,50}$", "Use scheme and id: 0208:0123456789.")
WORDS = {
    Liability.STANDARD: "Taxed",
    Liability.EXEMPT: "Exempt",
    Liability.REVERSE_CHARGE: "Reverse charge",
    Liability.EXPORT: "Export",
    Liability.OUT_OF_SCOPE: "Out of scope",
}


class ClientTerms(models.Model):
    """What a company's invoices need beside Nexus's directory. No row means all defaults.

    ``tax_region`` empty is the seller's own. Without ``invoice_emails`` invoices go to the billing
    contact in Nexus.
    """

    company_id = models.UUIDField("company", primary_key=True)
    tax_region = models.CharField(max_length=13, blank=True, validators=[REGION])
    liability = models.CharField(
        "tax",
        max_length=2,
        choices=[(each.value, words) for each, words in WORDS.items()],
        default=Liability.STANDARD.value,
    )
    liability_reason = models.CharField(
        max_length=200, blank=True, help_text="The law or certificate; printed on the invoice."
    )
    invoice_emails = ArrayField(models.EmailField(), default=list, blank=True)
    peppol_id = models.CharField("Peppol id", max_length=60, blank=True, validators=[PEPPOL])
    buyer_reference = models.CharField(max_length=60, blank=True)
    no_reminders = models.BooleanField("never suggest reminders or late fees", default=False)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(liability__in=[each.value for each in Liability]),
                name="client_liability",
            ),
            models.CheckConstraint(
                condition=Q(liability=Liability.STANDARD.value) | ~Q(liability_reason=""),
                name="client_liability_has_reason",
                violation_error_message="Say why no tax is charged; the invoice has to tell.",
            ),
        )

    def __str__(self) -> str:
        return str(self.company_id)
