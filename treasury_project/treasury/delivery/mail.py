"""The mail of a delivery: text and HTML, from the seller, with the invoice's files."""

from __future__ import annotations

from email.utils import formataddr, parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse

from treasury.delivery.models import Delivery
from treasury.documents.einvoice import NotAnEInvoice
from treasury.documents.models import Format
from treasury.documents.operations import document, file_name
from treasury.documents.paper import printable
from treasury.documents.snapshots import seller_today
from treasury.documents.wording import day
from treasury.invoices.models import Invoice, Kind
from treasury.invoices.templatetags.treasury import money
from treasury.seller.models import Seller


def invoice_subject(invoice: Invoice, seller: Seller) -> str:
    """Return what the mail with an issued ``invoice`` is called."""
    what = "Credit note" if invoice.kind == Kind.CREDIT_NOTE else "Invoice"
    return printable(f"{what} {invoice.label} from {seller.name}")[:200]


def invoice_body(invoice: Invoice, seller: Seller) -> str:
    """Return what the mail with an issued ``invoice`` says, before anybody changes it."""
    if invoice.kind == Kind.CREDIT_NOTE:
        what = f"with the credit note {invoice.label} we give back {_gross(invoice)}."
    else:
        due = f" Please pay it by {day(invoice.due_on)}." if invoice.due_on and invoice.open else ""
        what = f"your invoice {invoice.label} comes to {_gross(invoice)}.{due}"
    return (
        f"Hello,\n\n{what} It is attached.\n\n"
        f"You find it here too: {settings.PUBLIC_URL}{reverse('invoice', args=[invoice.pk])}\n\n"
        f"Kind regards\n{printable(seller.legal_name or seller.name)}"
    )


def message_of(delivery: Delivery) -> EmailMultiAlternatives:
    """Return the mail, ready to send; the files of the invoice are made now if need be.

    Its Message-ID is the delivery's, so that a copy could be told from the original.
    """
    seller = seller_today()
    fallback_name, fallback = parseaddr(settings.DEFAULT_FROM_EMAIL)
    sender = formataddr((printable(seller.name) or fallback_name, seller.email or fallback))
    domain = (seller.email or fallback).rpartition("@")[2]
    message = EmailMultiAlternatives(
        subject=printable(delivery.subject),
        body=delivery.body,
        from_email=sender,
        to=delivery.to,
        headers={"Message-ID": f"<{delivery.pk}@{domain}>"},
    )
    context = {"body": delivery.body, "accent": seller.accent, "subject": delivery.subject}
    html = render_to_string("treasury/delivery/mail.html", context)
    message.attach_alternative(html, "text/html")
    if delivery.invoice is not None:
        _attach(message, delivery.invoice)
    return message


def _attach(message: EmailMultiAlternatives, invoice: Invoice) -> None:
    printed = bytes(document(invoice, Format.PDF).content)
    message.attach(file_name(invoice, Format.PDF), printed, "application/pdf")
    try:
        data = bytes(document(invoice, Format.CII).content)
    except NotAnEInvoice:
        return  # the PDF is the invoice
    message.attach(file_name(invoice, Format.CII), data, "application/xml")


def _gross(invoice: Invoice) -> str:
    return money(abs(invoice.gross), invoice.currency)
