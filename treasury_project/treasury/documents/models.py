"""The files of issued invoices, kept as they were made first (the trigger is in migration 0001)."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils import timezone

from treasury.invoices.models import Invoice


class Format(models.TextChoices):
    """What a document is written as."""

    PDF = "pdf", "PDF"
    CII = "cii", "Factur-X (CII)"
    UBL = "ubl", "Peppol (UBL)"


class StoredDocument(models.Model):
    """A file of an issued invoice: the same bytes for ever, whatever becomes of fonts and code."""

    invoice = models.ForeignKey(Invoice, on_delete=models.PROTECT, related_name="documents")
    format = models.CharField(max_length=3, choices=Format)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=["invoice", "format"], name="document_once"),
            models.CheckConstraint(
                condition=Q(format__in=Format.values), name="document_format_known"
            ),
        )

    def __str__(self) -> str:
        return f"{self.invoice_id} {self.format}"
