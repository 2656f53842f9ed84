"""What an admin types about the business, and about taxes."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from stdnum import bic, get_cc_module, iban
from stdnum.exceptions import ValidationError as WrongNumber

from treasury.clients.models import PEPPOL, ClientTerms
from treasury.days import sensible
from treasury.days_form import DAY, DaysForm, RowForm
from treasury.seller.models import Seller
from treasury.taxes.models import TaxRate

LARGEST_LOGO = 200 * 1024
PREFIXES = {"GR": "EL"}  # where VAT ids do not begin with the country's own letters
PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")


class SellerForm(RowForm):
    logo_file = forms.FileField(
        required=False, label="Logo", help_text="PNG or JPEG, at most 200 KB."
    )
    remove_logo = forms.BooleanField(required=False)

    class Meta:
        model = Seller
        exclude = ("id", "logo")
        widgets = {"accent": forms.TextInput(attrs={"type": "color"})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.logo:
            del self.fields["remove_logo"]

    def clean_iban(self) -> str:
        return self._number("iban", iban)

    def clean_bic(self) -> str:
        return self._number("bic", bic)

    def clean_peppol_id(self) -> str:
        value: str = self.cleaned_data["peppol_id"]
        if value:
            PEPPOL(value)
        return value

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        country, value = data.get("country") or "", data.get("tax_id") or ""
        # Without the country's letters it is a national number, and not always checked by digits.
        if value.upper().startswith(PREFIXES.get(country, country)) and country:
            kind = get_cc_module(country, "vat")
            if kind is not None and not kind.is_valid(value):
                self.add_error("tax_id", "There is a mistake in this VAT id.")
        return data

    def clean_country(self) -> str:
        value: str = self.cleaned_data["country"].upper()
        if not (len(value) == len("IE") and value.isascii() and value.isalpha()):
            raise ValidationError("Use the two letters of ISO 3166, such as IE.")
        return value

    def clean_logo_file(self) -> bytes | None:
        file: UploadedFile[Any] | None = self.cleaned_data["logo_file"]
        if file is None:
            return None
        if (file.size or 0) > LARGEST_LOGO:
            raise ValidationError("The picture is larger than 200 KB.")
        content: bytes = file.read()
        if not content.startswith(PICTURES):
            raise ValidationError("This is neither a PNG nor a JPEG.")
        return content

    def _post_clean(self) -> None:
        super()._post_clean()  # type: ignore[misc]
        if content := self.cleaned_data.get("logo_file"):
            self.instance.logo = content
        elif self.cleaned_data.get("remove_logo"):
            self.instance.logo = None

    def _number(self, name: str, kind: Any) -> str:
        value: str = self.cleaned_data[name]
        if not value:
            return ""
        try:
            return str(kind.validate(value))
        except WrongNumber as problem:
            raise ValidationError("There is a mistake in this number.") from problem


class TaxRateForm(DaysForm):
    class Meta:
        model = TaxRate
        fields = ("name", "region", "category", "percent", "start", "last_day")


class EndForm(forms.Form):
    last_day = forms.DateField(widget=DAY, label="Last day", validators=[sensible])


class ClientTermsForm(RowForm):
    class Meta:
        model = ClientTerms
        fields = (
            "tax_region", "liability", "liability_reason", "invoice_emails", "peppol_id",
            "buyer_reference", "no_reminders",
        )  # fmt: skip
        help_texts = {"invoice_emails": "Separated by commas. Empty: the billing contact in Nexus."}
