"""What people type about agreements. A last day is shown; the database keeps the day after it."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Q

from treasury.agreements.models import Addition, Agreement, Allowance, Discount, PrepaidBlock
from treasury.agreements.tiers_field import TiersField, typed_of
from treasury.catalogue.models import Plan, Product
from treasury.catalogue.quantities import Source
from treasury.days import sensible
from treasury.days_form import DAY, DaysForm
from treasury.usage.intake import cells
from treasury.usage.models import RateClass

STATES = [
    ("", "Running or coming"), ("30", "End within 30 days"), ("60", "End within 60 days"),
    ("90", "End within 90 days"), ("ended", "Ended"), ("all", "All"),
]  # fmt: skip


class AgreementFilter(forms.Form):
    q = forms.CharField(required=False, max_length=100, label="Plan or title")
    state = forms.ChoiceField(required=False, choices=STATES)


class TermsForm(DaysForm):
    class Meta:
        model = Agreement
        fields = (
            "title", "term_months", "start", "last_day", "renewal", "notice_days",
            "cadence_months", "timing", "currency", "payment_days", "po_number", "proration",
            "minimum",
        )  # fmt: skip
        labels = {
            "notice_days": "Days of notice", "cadence_months": "Billed", "timing": "Each time",
            "payment_days": "Days to pay", "proration": "Parts of months",
        }  # fmt: skip


class NewAgreementForm(TermsForm):
    plan = forms.ModelChoiceField(
        Plan.objects.filter(is_active=True).order_by("name"),
        required=False,
        empty_label="Without a plan",
        help_text="Its products become the lines of the agreement.",
    )
    calendar_months = forms.BooleanField(
        required=False,
        label="Bill by calendar months",
        help_text="A start within a month makes the first period a part of that month.",
    )

    field_order = ("plan", "title")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["title"].required = False
        self.fields["title"].help_text = "On invoices; else the plan's name."

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not data.get("title"):
            if data.get("plan") is None:
                self.add_error("title", "Give it a title, or choose a plan.")
            else:
                data["title"] = data["plan"].name
        if data.get("calendar_months") and data.get("start"):
            self.instance.anchor = data["start"].replace(day=1)
        return data


class LineForm(DaysForm):
    tiers = TiersField(
        required=False,
        label="Prices by number",
        help_text="Each row begins where the one above ends; the last has no end.",
    )
    from_day = forms.DateField(
        required=False, validators=[sensible], widget=DAY, label="These changes count from",
    )  # fmt: skip

    class Meta:
        model = Addition
        fields = (
            "product", "description", "kind", "source", "counts", "quantity", "included",
            "override_price", "tiers", "scheme", "increment", "proration", "position", "start",
            "last_day",
        )  # fmt: skip

        labels = {
            "source": "How many there are", "counts": "What is counted", "scheme": "By number",
            "included": "Included, for nothing", "start": "From", "kind": "Billed",
        }  # fmt: skip

    # Without the company: what another line of it bills is refused by the operation, with its name.
    checked = frozenset({"agreement"})

    def __init__(self, *args: Any, billed: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        product: Any = self.fields["product"]
        on_sale = Q(is_active=True) | Q(pk=self.instance.product_id)
        product.queryset = Product.objects.filter(on_sale).order_by("name")
        self.billed = billed
        if billed:
            for name in ("product", "kind", "source", "counts", "start", "last_day"):
                self.fields[name].disabled = True
            self.fields["from_day"].required = True
            self.fields["from_day"].help_text = "Bills of the days before stay as they are."
        else:
            del self.fields["from_day"]
        if not self.instance._state.adding:  # noqa: SLF001 - Django's public API
            rows = self.instance.tiers.order_by("above")
            self.initial["tiers"] = typed_of(list(rows.values_list("above", "unit_price")))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("source") != Source.FIXED:
            data["quantity"] = None
        elif data.get("quantity") is None and "quantity" not in self.errors:
            self.add_error("quantity", "How many are there?")
        if data.get("source") == Source.CONTACTS:
            data["counts"] = "contact"
        elif data.get("source") == Source.FIXED:
            data["counts"] = ""
        if data.get("tiers") and data.get("override_price") is not None:
            self.add_error("tiers", "Give one agreed price, or prices by number; not both.")
        return data


class DiscountForm(DaysForm):
    class Meta:
        model = Discount
        fields = ("percent", "reason", "start", "last_day")


class _PrepaidForm(DaysForm):
    rate_classes = forms.MultipleChoiceField(
        required=False,
        choices=RateClass.choices,
        widget=forms.CheckboxSelectMultiple,
        label="For this work only",
        help_text="None chosen: for any work.",
    )
    minutes = forms.CharField(max_length=20, label="Time", help_text="20:00 or 20 h.")
    carry_limit = forms.CharField(
        max_length=20,
        required=False,
        label="Carried over at most",
        help_text="0:00 nothing; empty all.",
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial.setdefault("carry_limit", "0:00")

    def clean_minutes(self) -> int:
        minutes = self._time("minutes")
        if not minutes:
            raise ValidationError("Give some time, such as 20 h.")
        return minutes

    def clean_carry_limit(self) -> int | None:
        return self._time("carry_limit")

    def _time(self, name: str) -> int | None:
        try:
            return cells.minutes(self.cleaned_data[name])
        except cells.Unreadable as problem:
            raise ValidationError(f"It {problem}.") from problem


class AllowanceForm(_PrepaidForm):
    class Meta:
        model = Allowance
        fields = (
            "minutes", "every_months", "rate_classes", "start", "last_day", "carry_limit",
        )  # fmt: skip


class BlockForm(_PrepaidForm):
    class Meta:
        model = PrepaidBlock
        fields = ("minutes", "rate_classes", "start", "last_day", "carry_limit", "note")

    carry_last_day = forms.DateField(
        required=False,
        widget=DAY,
        validators=[sensible],
        label="Carried over to",
        help_text="Empty: nothing is.",
    )

    field_order = (
        "minutes", "rate_classes", "start", "last_day", "carry_last_day", "carry_limit", "note",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial["carry_limit"] = ""
        self.fields["carry_limit"].help_text = "Empty: all that is left."
        self.fields["last_day"].required = True
        self.fields["last_day"].help_text = "Then what is left is lost, or carried over."

    def clean_carry_last_day(self) -> date | None:
        last: date | None = self.cleaned_data["carry_last_day"]
        self.instance.carry_until = last + timedelta(days=1) if last else None
        return last

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        last, carried = data.get("last_day"), data.get("carry_last_day")
        if last and carried and carried <= last:
            self.add_error("carry_last_day", "A carry-over lasts longer than its hours.")
        return data


class LastDayForm(forms.Form):
    last_day = forms.DateField(widget=DAY, label="Last day", validators=[sensible])
