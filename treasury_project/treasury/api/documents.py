"""The files of an invoice over REST, and its mails."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from hm_auth.rest.documents import MEDIA_TYPE
from hm_auth.rest.problems import Conflict
from hm_auth.rest.renderers import JSONRenderer
from hm_auth.rest.serializers import ProblemSerializer
from treasury.api import filters
from treasury.api import invoice_serializers as serializers
from treasury.api.viewsets import ReadingViewSet
from treasury.delivery.models import Delivery
from treasury.delivery.operations import queue_invoice
from treasury.delivery.recipients import addresses_of
from treasury.documents.einvoice import NotAnEInvoice
from treasury.documents.models import Format
from treasury.documents.operations import document, file_name, preview
from treasury.invoices.clients import clients_today
from treasury.invoices.models import Invoice, Status
from treasury.retries.api import KEY_IF_ANY


class FileRenderer(JSONRenderer):
    """A file as it is; an error is a problem document as everywhere."""

    charset = None

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> Any:
        if isinstance(data, bytes):
            return data
        return super().render(data, accepted_media_type, renderer_context)


class PDFRenderer(FileRenderer):
    media_type = "application/pdf"
    format = "pdf"


class XMLRenderer(FileRenderer):
    media_type = "application/xml"
    format = "xml"


def _file(renderer: type[FileRenderer]) -> Any:
    """Return the decorators of an action that answers a file."""
    made = action(detail=True, methods=["get"], renderer_classes=[renderer])
    described = extend_schema(
        responses={
            (200, renderer.media_type): {"type": "string", "format": "binary"},
            (409, MEDIA_TYPE): ProblemSerializer,
        }
    )
    return lambda method: described(made(method))


class DocumentsMixin:
    """Actions of the viewset of invoices."""

    @_file(PDFRenderer)
    def pdf(self: Any, request: Request, pk: str) -> Response:  # noqa: ARG002
        """The PDF/A-3 with the e-invoice inside; of a draft a preview."""
        row: Invoice = self.found(pk)
        if row.status == Status.DRAFT:
            return self.preview(row)  # type: ignore[no-any-return]
        return self.file(pk, Format.PDF)  # type: ignore[no-any-return]

    @_file(XMLRenderer)
    def cii(self: Any, request: Request, pk: str) -> Response:  # noqa: ARG002
        """The e-invoice as CII (Factur-X, EN 16931); 409 when something for it is missing."""
        return self.file(pk, Format.CII)  # type: ignore[no-any-return]

    @_file(XMLRenderer)
    def ubl(self: Any, request: Request, pk: str) -> Response:  # noqa: ARG002
        """The e-invoice as UBL (Peppol BIS Billing 3.0); 409 when something for it is missing."""
        return self.file(pk, Format.UBL)  # type: ignore[no-any-return]

    def file(self: Any, pk: str, form: Format) -> Response:
        """Answer the kept file of an issued invoice. Raises Http404, Conflict."""
        row: Invoice = self.found(pk)
        if row.status == Status.DRAFT:
            raise Conflict("A draft has no documents: issue it first.", code="not_issued")
        try:
            kept = document(row, form)
        except NotAnEInvoice as why:
            raise Conflict(str(why), code="not_possible") from why
        headers = {
            "ETag": f'"{kept.sha256}"',
            "Content-Disposition": f'attachment; filename="{file_name(row, form)}"',
        }
        return Response(bytes(kept.content), headers=headers)

    def preview(self: Any, row: Invoice) -> Response:
        """Answer the PDF that a draft would be today. Raises Conflict."""
        client = clients_today(self.nexus_caller, [row.company_id]).get(row.company_id)
        try:
            content = preview(row, asdict(client) if client else {}, today=timezone.localdate())
        except ValueError as why:
            raise Conflict(str(why), code="not_possible") from why
        headers = {
            "Cache-Control": "private, no-store",
            "Content-Disposition": 'attachment; filename="draft.pdf"',
        }
        return Response(content, headers=headers)

    @extend_schema(
        request=serializers.NewDelivery,
        responses={202: serializers.DeliverySerializer},
        parameters=[KEY_IF_ANY],
    )
    @action(detail=True, methods=["post"])
    def send(self: Any, request: Request, pk: str) -> Response:
        """Send it by e-mail with its files. `/api/deliveries/` tells what became of the mail."""

        def do() -> Response:
            row: Invoice = self.found(pk)
            data = self.body(serializers.NewDelivery)
            to = data.get("to") or addresses_of(self.nexus_caller, row)
            made = queue_invoice(row, to=to, body=data["body"], by=self.by)
            shown = serializers.DeliverySerializer(made).data
            return Response(shown, status.HTTP_202_ACCEPTED)

        return self.once(request, do, required=False)  # type: ignore[no-any-return]


@extend_schema(tags=["invoices"])
class DeliveryViewSet(ReadingViewSet):
    """The mails with documents: queued, sent, or why not."""

    queryset = Delivery.objects.all()
    serializer_class = serializers.DeliverySerializer
    filterset_class = filters.DeliveryFilterSet
    capability = "invoices.internal"
    orderings: ClassVar = {"id": ("id",)}
